// Makes the software GPU (SwiftShader) and a Chromium available, so that a bare machine needs no system package.
// Plain JavaScript, because it runs in a clone before anything has been built.

import fs from 'node:fs';
import path from 'node:path';
import { inflate, SoftwareAdapterError, unpacked, untar } from './adapter_archives.js';

export { SoftwareAdapterError };

/** @typedef {Record<string, string>} Environment  variables to add to a child's environment */

/**
 * Unpacks SwiftShader once and names its folder and the variables that make a new process find it as its Vulkan driver.
 *
 * LD_LIBRARY_PATH is read by the dynamic loader when a process starts, so `env` is for a child process.
 * @param {NodeJS.ProcessEnv} [inherited]  the environment that `env` will be added to
 * @returns {Promise<{ folder: string, env: Environment }>}
 * @throws {SoftwareAdapterError} where the bundled build does not run or is not installed
 */
export async function softwareVulkan(inherited = process.env) {
  const folder = await unpacked('vulkan', async (target, archives) => {
    await untar(path.join(archives, 'swiftshader.tar.br'), target, (name) => name.includes('vk_swiftshader'));
    linkOrCopy(target, 'libvk_swiftshader.so', 'libvulkan.so.1');
  });
  return {
    folder,
    env: {
      LD_LIBRARY_PATH: prepended(folder, inherited.LD_LIBRARY_PATH),
      // Read by an installed Vulkan loader, should one come first in spite of LD_LIBRARY_PATH.
      VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json'),
    },
  };
}

/**
 * Finds a Chrome or Chromium to drive: the one that the environment names, puppeteer's own, an installed one, else the bundled one.
 * @returns {Promise<{ executable: string, env: Environment, bundled: boolean }>}
 * @throws {SoftwareAdapterError} where none is installed and the bundled build does not run
 */
export async function chromiumPath() {
  const installed = await installedChromium();
  if (installed) return { executable: installed, env: {}, bundled: false };
  const folder = await unpacked('chromium', async (target, archives) => {
    const executable = path.join(target, 'chromium');
    await Promise.all([
      inflate(path.join(archives, 'chromium.br'), fs.createWriteStream(executable, { mode: 0o755 })),
      untar(path.join(archives, 'swiftshader.tar.br'), target),
      untar(path.join(archives, 'al2023.tar.br'), target),
      untar(path.join(archives, 'fonts.tar.br'), target, (name) => name !== 'fonts.conf'),
    ]);
    fs.writeFileSync(path.join(target, 'fonts.conf'), fontsConfiguration);
  });
  /** @type {Environment} */
  const env = { LD_LIBRARY_PATH: prepended(path.join(folder, 'lib'), process.env.LD_LIBRARY_PATH) };
  if (!fs.existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = path.join(folder, 'fonts.conf');
  return { executable: path.join(folder, 'chromium'), env, bundled: true };
}

/** The package's own fonts.conf names folders that exist on its authors' machines only. */
const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">fonts-cache</cachedir></fontconfig>
`;

/**
 * The path of an installed browser, or undefined.
 * @returns {Promise<string | undefined>}
 */
async function installedChromium() {
  for (const variable of ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH']) {
    const named = process.env[variable];
    if (!named) continue;
    if (isFile(named)) return named;
    throw new SoftwareAdapterError(`${variable} names ${named}, which is not a file`);
  }
  try {
    const { default: puppeteer } = await import('puppeteer');
    const own = await puppeteer.executablePath();
    if (isFile(own)) return own;
  } catch {
    // puppeteer is not installed, or has no browser of its own.
  }
  return browserCandidates().find(isUsableBrowser);
}

/** @returns {string[]} where browsers are usually installed, the likeliest first */
function browserCandidates() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((app) =>
      path.join('/Applications', `${app}.app`, 'Contents', 'MacOS', app),
    );
  }
  if (process.platform === 'win32') {
    const programs = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(
      (variable) => process.env[variable] ?? [],
    );
    return programs.flatMap((folder) => [
      path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      path.join(folder, 'Chromium', 'Application', 'chrome.exe'),
      path.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
  }
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

/**
 * A snap (or the script that stands for one) is left out: its confinement hides the profile folder that a driver gives it.
 * @param {string} file
 */
function isUsableBrowser(file) {
  if (!isFile(file)) return false;
  const target = fs.realpathSync(file);
  if (target.includes('/snap')) return false;
  const size = fs.statSync(target).size;
  return size > 65536 || !fs.readFileSync(target, 'utf8').includes('/snap/bin');
}

/** @param {string} file */
function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * @param {string} folder
 * @param {string} existing
 * @param {string} link
 */
function linkOrCopy(folder, existing, link) {
  try {
    fs.symlinkSync(existing, path.join(folder, link));
  } catch {
    // A file system without links.
    fs.copyFileSync(path.join(folder, existing), path.join(folder, link));
  }
}

/**
 * @param {string} folder
 * @param {string | undefined} list
 */
function prepended(folder, list) {
  const others = (list ?? '').split(':').filter((entry) => entry && entry !== folder);
  return [folder, ...others].join(':');
}

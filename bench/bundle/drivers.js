// Finds the machine's Vulkan drivers, also where no loader looks for them, as in containers that get a driver mounted.

import fs from 'node:fs';
import path from 'node:path';

/** @typedef {Record<string, string | undefined>} Environment */

/** Variables of Vulkan's loader that name manifests of drivers; the first is the newer name. */
const naming = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/** Where drivers put their manifests besides the folders of the XDG specification. */
const manifestFolders = [
  '/usr/local/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/nvidia/share/vulkan/icd.d',
  '/usr/local/nvidia/etc/vulkan/icd.d',
  '/usr/share/nvidia/vulkan/icd.d',
  '/opt/amdgpu/share/vulkan/icd.d',
  '/opt/amdgpu-pro/etc/vulkan/icd.d',
  '/run/opengl-driver/share/vulkan/icd.d',
  '/usr/lib/x86_64-linux-gnu/GL/vulkan/icd.d',
];

/** Where the libraries of drivers lie. */
const libraryFolders = [
  '/usr/local/nvidia/lib64',
  '/usr/local/nvidia/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/lib/wsl/lib',
  '/run/opengl-driver/lib',
  '/opt/amdgpu/lib/x86_64-linux-gnu',
];

/** Drivers that need no more than their library, the second also without the libraries of X11. */
const driverLibraries = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];

/**
 * The manifests of all drivers; those that the environment names, and no others, where it names some.
 * @param {Environment} env
 * @param {string} [root]  the file system's root, for tests
 * @returns {string[]}
 */
export function findManifests(env, root = '/') {
  const named = naming.map((name) => env[name]).find(Boolean);
  if (named) return named.split(':').filter(Boolean);
  const found = [...xdgFolders(env), ...manifestFolders].flatMap((folder) =>
    namesIn(path.join(root, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(root, folder, name)),
  );
  return [...new Set(found)];
}

/**
 * @param {Environment} env
 * @returns {string[]}
 */
function xdgFolders(env) {
  const lists = [env.XDG_CONFIG_DIRS, env.XDG_DATA_DIRS, env.XDG_CONFIG_HOME, env.XDG_DATA_HOME];
  const home = env.HOME ? [path.join(env.HOME, '.config'), path.join(env.HOME, '.local/share')] : [];
  return [...lists.flatMap((list) => (list ?? '').split(':').filter(path.isAbsolute)), ...home].map(
    (folder) => path.join(folder, 'vulkan', 'icd.d'),
  );
}

/**
 * Libraries of drivers that are there, whether or not a manifest names them.
 * @param {Environment} env
 * @param {string} [root]
 * @returns {string[]}
 */
export function findDriverLibraries(env, root = '/') {
  const named = (env.LD_LIBRARY_PATH ?? '').split(':').filter(path.isAbsolute);
  return driverLibraries.flatMap((name) => {
    const files = [...named, ...libraryFolders].map((folder) => path.join(root, folder, name));
    const found = files.find((file) => fs.existsSync(file));
    return found ? [found] : [];
  });
}

/**
 * A manifest for a driver's library.
 * @param {string} library
 */
export function manifestFor(library) {
  return `${JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.3.0' } }, null, 2)}\n`;
}

/**
 * Folders of libraries that belong to manifests in places of their own, such as /usr/local/nvidia/share/vulkan/icd.d.
 * @param {readonly string[]} manifests
 * @returns {string[]}
 */
export function libraryFoldersOf(manifests) {
  const usual = ['/', '/usr', '/usr/local'];
  const prefixes = manifests.flatMap(
    (file) => /^(.*)\/(?:share|etc)\/vulkan\/icd\.d\/[^/]*$/.exec(file)?.[1] ?? [],
  );
  return [...new Set(prefixes)]
    .filter((prefix) => prefix !== '' && !usual.includes(prefix))
    .flatMap((prefix) => ['lib64', 'lib', 'lib/x86_64-linux-gnu'].map((name) => path.join(prefix, name)))
    .filter((folder) => fs.existsSync(folder));
}

/**
 * What an environment must have added for Vulkan's loader in `folder` to load these drivers.
 * @param {Environment} env
 * @param {{ folder?: string | undefined, manifests: readonly string[] }} found
 * @returns {Record<string, string>}
 */
export function driverEnvironment(env, { folder, manifests }) {
  const folders = [...(folder ? [folder] : []), ...libraryFoldersOf(manifests)];
  const libraries = [...folders, ...(env.LD_LIBRARY_PATH ? [env.LD_LIBRARY_PATH] : [])].join(':');
  return {
    ...(libraries && { LD_LIBRARY_PATH: libraries }),
    ...(manifests.length > 0 && Object.fromEntries(naming.map((name) => [name, manifests.join(':')]))),
  };
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}

// npm ci must download nothing but packages: Chromium comes from @sparticuz/chromium or from the system.
module.exports = { skipDownload: true };

// The version of this library, for what is kept from one version to the next; a test compares it with package.json.

export const version = '0.1.0';

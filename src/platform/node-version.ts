/** Oldest release line that has everything we use; the same as in package.json's devDependency `node`. */
const OLDEST = 24;

/**
 * What to tell the user when this Node.js is too old, else null. `npm ci` brings the right one along,
 * and npm's scripts use that; here we see that its install script did not run, or that npm was not used.
 */
export function nodeVersionProblem(version: string): string | null {
  if (Number.parseInt(version, 10) >= OLDEST) return null;
  return (
    `Praxis needs Node.js ${OLDEST} or newer, and this is ${version}. In a checkout, ` +
    "npm rebuild node --ignore-scripts=false fetches the right one for npm start and the other npm scripts; " +
    `elsewhere, install Node.js ${OLDEST}.`
  );
}

/**
 * Ends the process with one line when Node.js is too old. Call it before anything else is imported:
 * an older Node.js fails on the imports themselves, with a message that helps nobody.
 */
export function requireNode(): void {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem === null) return;
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

/** A command did its work, and its exit code says what it found. */
export class Outcome extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.name = 'Outcome';
    this.exitCode = exitCode;
  }
}

// Secrets from the environment, for runs without a person: CI, containers, one attempt on a worker.

/** HEDDLE_SECRET_OPENAI is the secret openai, where none of that name is stored. */
export function secretVariable(name: string): string {
  return `HEDDLE_SECRET_${name.toUpperCase().replaceAll("-", "_")}`;
}

export function secretFromEnvironment(name: string): string | undefined {
  return process.env[secretVariable(name)]?.trim() || undefined;
}

export function noSuchSecret(name: string): Error {
  return new Error(
    `there is no secret ${name}: add it with heddle secret set ${name}, or in the environment as ${secretVariable(name)}`,
  );
}

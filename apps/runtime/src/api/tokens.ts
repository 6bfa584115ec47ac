// Who may talk to the server. One launch token per start (in the printed address's fragment) opens sessions; sessions are random cookies
// kept as sha256 hashes, so that an open tab survives a restart; the CLI has a token of its own in a 0600 file that dies with the server.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

const sessionDays = 30;
const attemptsPerMinute = 10;

const storedSessions = z.array(z.strictObject({ hash: z.string(), expires: z.number() }));

export type Scope = "session" | "cli";

export interface Tokens {
  readonly launch: string;
  readonly cli: string;
  /** The new session's secret, or undefined where the token is wrong. */
  openSession(token: string): string | undefined;
  scopeOf(credentials: { cookie?: string | undefined; bearer?: string | undefined }): Scope | undefined;
  /** False when there were too many wrong tokens in the last minute. */
  mayTry(): boolean;
}

const random = () => randomBytes(32).toString("base64url");
const hashOf = (secret: string) => createHash("sha256").update(secret).digest();

function same(secret: string, hash: Buffer): boolean {
  return timingSafeEqual(hashOf(secret), hash);
}

/** `file`: where session hashes are kept (created 0600). */
export function openTokens(file: string): Tokens {
  const launch = random();
  const cli = random();
  const launchHash = hashOf(launch);
  const cliHash = hashOf(cli);
  let sessions = readSessions(file).filter((session) => session.expires > Date.now());
  let failures: number[] = [];

  return {
    launch,
    cli,
    openSession(token) {
      if (!same(token, launchHash)) {
        failures.push(Date.now());
        return undefined;
      }
      const secret = random();
      sessions = [
        ...sessions,
        { hash: hashOf(secret).toString("hex"), expires: Date.now() + sessionDays * 86_400_000 },
      ];
      writeFileSync(file, JSON.stringify(sessions), { mode: 0o600 });
      return secret;
    },
    scopeOf({ cookie, bearer }) {
      if (bearer !== undefined) {
        if (same(bearer, cliHash)) return "cli";
        failures.push(Date.now());
        return undefined;
      }
      if (cookie === undefined) return undefined;
      const now = Date.now();
      return sessions.some((session) => session.expires > now && same(cookie, Buffer.from(session.hash, "hex")))
        ? "session"
        : undefined;
    },
    mayTry() {
      const minuteAgo = Date.now() - 60_000;
      failures = failures.filter((time) => time > minuteAgo);
      return failures.length < attemptsPerMinute;
    },
  };
}

function readSessions(file: string): z.infer<typeof storedSessions> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new Error(`cannot read the sessions in ${file}: remove the file to sign everybody out`, { cause: error });
  }
  const parsed = storedSessions.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : [];
}

// Errors in the form of OpenAI's API: { error: { message, type, param, code } }.

export type ErrorDetails = {
  readonly param?: string;
  readonly code?: string;
  /** Of the answer, such as retry-after. */
  readonly headers?: Readonly<Record<string, string>>;
};

export class ApiError extends Error {
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, { param, code, headers }: ErrorDetails = {}) {
    super(message);
    this.status = status;
    this.param = param ?? null;
    this.code = code ?? null;
    this.headers = headers ?? {};
  }
}

const errorTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** What a client is told. Anything but an ApiError or an address that does not decode is the server's own fault. */
export function errorBody(error: unknown): {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: object;
} {
  const known = error instanceof ApiError ? error : undefined;
  const status = known?.status ?? (error instanceof URIError ? 400 : 500);
  const message = error instanceof Error ? error.message : String(error);
  const type = errorTypes[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
  return {
    status,
    headers: known?.headers ?? {},
    body: { error: { message, type, param: known?.param ?? null, code: known?.code ?? null } },
  };
}

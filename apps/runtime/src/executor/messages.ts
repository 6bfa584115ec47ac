// What the engine and its worker processes say to each other.
import type { Endpoint } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import type { HubAccess } from "../fetch.ts";

/** What a running attempt tells on its way. */
export type Sign =
  | { readonly kind: "progress"; readonly done: number; readonly total?: number | undefined; readonly unit: string }
  | { readonly kind: "metric"; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: "preview"; readonly report: Report }
  | { readonly kind: "log"; readonly line: string };

export type ToWorker =
  /** `hub` is told, not inherited: it is neither in the attempt's file nor in the environment of what the node starts. */
  | ({ readonly kind: "attempt"; readonly path: string; readonly hub?: HubAccess | undefined } & Allowed)
  | { readonly kind: "cancel" }
  | EndpointAnswer
  | SecretAnswer;

/** Of another service, which the engine starts where it is not live. */
export type EndpointAnswer = {
  readonly kind: "endpoint";
  readonly key: string;
  readonly endpoint?: Endpoint;
  readonly error?: string;
};
export type EndpointAsked = { readonly kind: "endpoint"; readonly key: string };

/** Private hosts that it may reach, besides those that the environment allows. */
export interface Allowed {
  readonly hosts: readonly string[];
}

/** A secret travels this way only, when it is asked for. */
export type SecretAnswer = {
  readonly kind: "secret";
  readonly name: string;
  readonly value?: string;
  readonly error?: string;
};
export type SecretAsked = { readonly kind: "secret"; readonly name: string };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "sign"; readonly sign: Sign }
  | EndpointAsked
  | SecretAsked
  /** `error`: not even an outcome could be left. */
  | { readonly kind: "ended"; readonly error?: string };

export type ToService =
  | ({ readonly kind: "serve"; readonly path: string } & Allowed)
  | { readonly kind: "stop" }
  | EndpointAnswer
  | SecretAnswer;

export type FromService =
  | { readonly kind: "live"; readonly endpoint: Endpoint }
  | { readonly kind: "failed"; readonly error: string }
  | EndpointAsked
  | SecretAsked;

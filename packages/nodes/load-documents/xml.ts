import { DOMParser } from "linkedom";

/** The root of an XML document. Names keep their prefixes; entities of its own are not expanded. */
export function parseXml(text: string): Element {
  const { documentElement } = new DOMParser().parseFromString(text, "text/xml");
  // linkedom's own types say less than what it is.
  return documentElement as unknown as Element;
}

/**
 * Parts of a request that a router's log may leave out: all before the user's last text and around it (`history`), calls of tools and their
 * results, images, definitions and choice of tools, the answer's form, its limits, metadata. Who asks is not among them: where nothing says it, it is never known.
 */
export const REQUEST_PARTS = ["history", "calls", "images", "tools", "format", "limits", "metadata"] as const;

export type RequestPart = (typeof REQUEST_PARTS)[number];

import { createHash } from "node:crypto";
import { type Html, html, trusted } from "./html.ts";
import { pageMargins, STYLES } from "./styles.ts";

/** How a page of ours begins: by it a file is known that may be replaced. */
export const PAGE_BEGIN = '<!doctype html>\n<html lang="en" data-report="cognito-connector access review">\n';

interface PageHead {
  readonly title: string;
  /** In the margin of each printed page. */
  readonly margin: string;
}

/**
 * The page down to the body. The browser loads nothing, runs nothing, and uses no style but this one: the policy names
 * its hash.
 */
export function pageHead({ title, margin }: PageHead): Html {
  const styles = STYLES + pageMargins(margin);
  const hash = createHash("sha256").update(styles).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`${trusted(PAGE_BEGIN)}<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${trusted(styles)}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<div class="frame">
`;
}

export const PAGE_END = trusted("</div>\n</body>\n</html>\n");

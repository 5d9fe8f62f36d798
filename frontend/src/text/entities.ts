/** Character references (`&amp;`, `&#8230;`) turned into characters, without the help of an HTML parser. */

const NAMES =
  'amp& lt< gt> quot" apos\' nbsp\u00a0 shy\u00ad ensp\u2002 emsp\u2003 thinsp\u2009 zwnj\u200c zwj\u200d ' +
  'copy© reg® trade™ hellip… mdash— ndash– lsquo‘ rsquo’ sbquo‚ ldquo“ rdquo” bdquo„ laquo« raquo» lsaquo‹ rsaquo› ' +
  'bull• middot· deg° plusmn± times× divide÷ frac12½ frac14¼ frac34¾ sup1¹ sup2² sup3³ micro\u00b5 para¶ sect§ ' +
  'euro€ pound£ yen¥ cent¢ permil‰ larr← uarr↑ rarr→ darr↓ harr↔ lArr⇐ rArr⇒ hArr⇔ check✓ cross✗ star☆ ' +
  'ne≠ le≤ ge≥ asymp≈ equiv≡ infin∞ radic√ sum∑ prod∏ minus− isin∈ notin∉ cap∩ cup∪ forall∀ exist∃ empty∅ ' +
  'alpha\u03b1 beta\u03b2 gamma\u03b3 delta\u03b4 epsilon\u03b5 lambda\u03bb mu\u03bc pi\u03c0 sigma\u03c3 tau\u03c4 ' +
  'phi\u03c6 omega\u03c9 Delta\u0394 Sigma\u03a3 Omega\u03a9 iexcl¡ iquest¿ szlig\u00df auml\u00e4 ouml\u00f6 ' +
  'uuml\u00fc Auml\u00c4 Ouml\u00d6 Uuml\u00dc aacute\u00e1 agrave\u00e0 acirc\u00e2 atilde\u00e3 aring\u00e5 ' +
  'aelig\u00e6 ccedil\u00e7 eacute\u00e9 egrave\u00e8 ecirc\u00ea euml\u00eb iacute\u00ed icirc\u00ee iuml\u00ef ' +
  'ntilde\u00f1 oacute\u00f3 ocirc\u00f4 otilde\u00f5 oslash\u00f8 uacute\u00fa ucirc\u00fb Eacute\u00c9 Aring\u00c5 ' +
  'Oslash\u00d8 num# excl! lpar( rpar) lsqb[ rsqb] lcub{ rcub} lowbar_ grave` ast* colon: sol/ bsol\\ vert| verbar|'

const CHARACTERS = new Map(NAMES.split(' ').map((entry) => [entry.slice(0, -1), entry.slice(-1)]))

/** Each reference is decoded once; unknown ones stay as they are. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]\w{1,31}));/g, (whole, decimal, hex, name) => {
    if (name) return CHARACTERS.get(name) ?? whole
    return character(decimal ? parseInt(decimal, 10) : parseInt(hex, 16))
  })
}

function character(code: number): string {
  const impossible = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
  return impossible ? '\ufffd' : String.fromCodePoint(code)
}

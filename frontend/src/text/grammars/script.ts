/** Grammars that are fetched together. */
import python from 'highlight.js/lib/languages/python'
import ruby from 'highlight.js/lib/languages/ruby'
import php from 'highlight.js/lib/languages/php'
import lua from 'highlight.js/lib/languages/lua'
import perl from 'highlight.js/lib/languages/perl'
import r from 'highlight.js/lib/languages/r'
import elixir from 'highlight.js/lib/languages/elixir'
import sql from 'highlight.js/lib/languages/sql'

export default {python, ruby, php, lua, perl, r, elixir, sql}

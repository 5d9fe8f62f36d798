/** Grammars that are fetched together. */
import typescript from 'highlight.js/lib/languages/typescript'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import xml from 'highlight.js/lib/languages/xml'
import css from 'highlight.js/lib/languages/css'
import scss from 'highlight.js/lib/languages/scss'
import graphql from 'highlight.js/lib/languages/graphql'

export default {typescript, javascript, json, xml, css, scss, graphql}

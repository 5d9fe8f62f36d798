// Prints Lighthouse's scores of a page, as a phone on a slow network would have it, in hundredths.
import lighthouse from 'lighthouse'

const [url, port] = process.argv.slice(2)
const {lhr} = await lighthouse(url, {
  port: Number(port),
  onlyCategories: ['performance', 'accessibility', 'best-practices'],
  disableStorageReset: true, // the browser is paired, and is to stay so
  logLevel: 'error',
})
const scores = Object.values(lhr.categories).map(({id, score}) => [id, Math.round(score * 100)])
const times = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'speed-index', 'cumulative-layout-shift']
console.log(JSON.stringify({
  ...Object.fromEntries(scores),
  ...Object.fromEntries(times.map((id) => [id, Math.round(lhr.audits[id].numericValue)])),
  wrong: Object.values(lhr.audits)
    .filter(({score, scoreDisplayMode}) => score !== null && score < 0.9 && scoreDisplayMode === 'binary')
    .map(({id}) => id),
}))

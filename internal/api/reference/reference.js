// Renders the OpenAPI document. It loads only the document, and creates every node
// with the DOM: text of the document never becomes markup.

const byId = (id) => document.getElementById(id)

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...children.filter((c) => c !== undefined && c !== ''))
  return node
}

const answer = await fetch('/api/openapi.json')
const doc = await answer.json()
const methods = ['get', 'post', 'put', 'patch', 'delete']

const follow = (schema) => schema?.$ref ? doc.components.schemas[schema.$ref.split('/').pop()] : schema

const operations = Object.entries(doc.paths).flatMap(([path, item]) =>
  methods.filter((m) => item[m]).map((method) => ({ path, method, ...item[method] })))

function access(operation) {
  const a = operation['x-access']
  if (a.public) return 'Public'
  const also = a.permission ? ` and the permission ${a.permission}` : ''
  return `Needs the role ${a.role}${also}${a.person ? '; a person, not a key' : ''}`
}

function kind(schema) {
  const s = follow(schema) ?? {}
  if (s.type === 'array') return `list of ${kind(s.items)}`
  if (s.enum) return s.enum.join(' | ')
  if (typeof s.additionalProperties === 'object') return `map to ${kind(s.additionalProperties)}`
  return [s.type].flat().join(' or ') + (s.format ? ` (${s.format})` : '')
}

function limits(s) {
  const all = { minLength: 'at least', maxLength: 'at most', minimum: 'from', maximum: 'to', default: 'default' }
  return Object.entries(all).filter(([key]) => s[key] !== undefined).map(([key, word]) => `${word} ${s[key]}`).join(', ')
}

function row(name, schema, required, text, where) {
  const s = follow(schema) ?? {}
  return make('tr', {},
    make('th', { scope: 'row' }, make('code', {}, name), required ? make('span', { class: 'must' }, ' required') : ''),
    make('td', {}, where ?? '', where ? ': ' : '', kind(schema), limits(s) ? make('br') : '', limits(s)),
    make('td', {}, text ?? s.description ?? ''))
}

function rows(schema, depth = '') {
  let s = follow(schema) ?? {}
  if (s.type === 'array') return rows(s.items, depth + '[].')
  return Object.entries(s.properties ?? {}).flatMap(([name, p]) => {
    const inner = follow(p)
    const own = row(depth + name, p, s.required?.includes(name))
    const below = inner?.type === 'array' ? follow(inner.items) : inner
    const prefix = depth + name + (inner?.type === 'array' ? '[].' : '.')
    return below?.properties && depth.length < 40 ? [own, ...rows(below, prefix)] : [own]
  })
}

// code is the row of a problem code.
function code(c) {
  return make('tr', { id: `problem-${c.code}` }, make('th', { scope: 'row' }, make('code', {}, c.code)), make('td', {}, String(c.status)), make('td', {}, c.description))
}

function table(title, all, columns = ['Name', 'Type', 'Meaning']) {
  if (all.length === 0) return ''
  const head = make('tr', {}, ...columns.map((t) => make('th', { scope: 'col' }, t)))
  return make('section', {}, make('h4', {}, title),
    make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title }, make('table', {}, make('thead', {}, head), make('tbody', {}, ...all))))
}

const content = (part) => Object.values(part?.content ?? {})[0]?.schema

function card(o) {
  const parameters = (o.parameters ?? []).map((p) => row(p.name, p.schema, p.required, p.description, p.in))
  const good = Object.entries(o.responses).filter(([status]) => status < '400')
  const bad = Object.keys(o.responses).filter((status) => status >= '400')
  return make('article', { id: o.operationId, 'aria-labelledby': `${o.operationId}-title` },
    make('h3', { id: `${o.operationId}-title` }, o.summary),
    make('p', { class: 'line' }, make('span', { class: 'method' }, o.method.toUpperCase()), make('code', {}, o.path)),
    make('p', { class: 'access' }, access(o)),
    o.description ? make('p', {}, o.description) : '',
    table('Parameters', parameters),
    table('Body', rows(content(o.requestBody))),
    ...good.map(([status, r]) => table(`Answer ${status}`, rows(content(r)))),
    make('p', {}, make('strong', {}, 'Errors: '), bad.join(', '), ', each a ', make('a', { href: '#problem' }, 'problem'), '.'))
}

function problem() {
  return make('article', { id: 'problem' }, make('h3', {}, 'Problem'),
    make('p', {}, 'The body of every error (RFC 9457). Programs should act on its code.'),
    table('Members', rows(doc.components.schemas.Problem)),
    table('Problem codes', doc['x-problem-codes'].map(code), ['Code', 'Status', 'Meaning']))
}

function show(wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (o) => words.every((w) => `${o.method} ${o.path} ${o.summary} ${o.description ?? ''} ${o.tags} ${access(o)}`.toLowerCase().includes(w))
  const found = operations.filter(fits)
  const tags = [...new Set(found.map((o) => o.tags[0]))]
  byId('count').textContent = `${found.length} of ${operations.length} operations`
  byId('contents').replaceChildren(...tags.flatMap((tag) => [make('li', { class: 'tag' }, tag),
    ...found.filter((o) => o.tags[0] === tag).map((o) => make('li', {}, make('a', { href: `#${o.operationId}` }, o.summary)))]))
  byId('operations').replaceChildren(...tags.flatMap((tag) => [make('h2', {}, tag), ...found.filter((o) => o.tags[0] === tag).map(card)]), problem())
}

byId('about').textContent = doc.info.description
document.title = `${doc.info.title} API ${doc.info.version}`
byId('search').addEventListener('input', (event) => show(event.target.value))
show('')
if (location.hash) document.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)?.scrollIntoView()

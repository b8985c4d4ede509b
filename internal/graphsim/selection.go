package graphsim

import (
	"net/url"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// selection writes objects with the requested fields.
type selection struct {
	server *Server
	key    key
	node   node // where the objects belong; its kind is theirs
	fields []field
	now    time.Time
	call   *call
	// lenient means that unknown fields are ignored, as Graph does on the edges ads and
	// adcreatives [recorded: ads_creative_page2_limit25].
	lenient bool
	written *int // objects in the answer so far
}

// mostWritten limits the objects of an answer, including nested ones, because a circle of
// edges would never end. Meta's limit is unknown; beyond it, the error is "too much data"
// (docs/meta-api.md#errors).
const mostWritten = 50_000

// append writes one object: the fields in the requested order, and id last if it was not requested.
func (w *selection) append(b []byte, o advertiser.Object) ([]byte, *refusal) {
	if w.isTooMuch() {
		return nil, must(1, 0)
	}
	b = append(b, '{')
	start, named := len(b), false
	for _, f := range w.chosen() {
		named = named || f.name == "id"
		var refused *refusal
		if b, refused = w.appendField(b, o, f, len(b) > start); refused != nil {
			return nil, refused
		}
	}
	if !named && !w.node.kind.nameless {
		b = appendString(append(appendKey(b, "id", len(b) > start), ':'), o.ID)
	}
	return append(b, '}'), nil
}

// isTooMuch counts the objects of an answer, including nested ones.
func (w *selection) isTooMuch() bool {
	if w.written == nil {
		w.written = new(int)
	}
	*w.written++
	return *w.written > mostWritten
}

// appendKey writes a key, after a comma if it is not the first.
func appendKey(b []byte, name string, more bool) []byte {
	if more {
		b = append(b, ',')
	}
	return appendString(b, name)
}

func (w *selection) chosen() []field {
	switch {
	case len(w.fields) > 0:
	case w.node.kind.word == accountKind.word:
		return []field{{name: "account_id"}}
	case w.node.kind.nameless:
		return entryFields
	}
	return w.fields
}

func (w *selection) appendField(b []byte, o advertiser.Object, f field, more bool) ([]byte, *refusal) {
	if f.name == "id" && !w.node.kind.nameless {
		return appendString(append(appendKey(b, "id", more), ':'), o.ID), nil
	}
	if refused := w.mayRead(f.name); refused != nil {
		return nil, refused
	}
	if value, isThere := o.Fields[f.name]; isThere && known[w.node.kind.spec][f.name] {
		return w.appendHeld(b, f, value, more)
	}
	if e, isEdge := w.node.kind.edges[f.name]; isEdge {
		return w.appendEdge(b, o, e, f, more)
	}
	if f.name == "insights" && w.node.kind.level != "" {
		return w.appendInsights(b, o, f, more)
	}
	if r, isThere := w.related(o, f.name); isThere {
		return w.appendNode(append(appendKey(b, f.name, more), ':'), r, f.fields)
	}
	if known[w.node.kind.spec][f.name] || w.lenient {
		return b, nil // no value, no key
	}
	return nil, noField(f.name, w.node.kind.graph)
}

// mayRead returns an error for fields that make the whole request fail.
func (w *selection) mayRead(name string) *refusal {
	if w.node.kind.word != accountKind.word || w.key.may("business_management") {
		return nil
	}
	if name == "owner" || name == "business" {
		return needsBusinessManagement()
	}
	return nil
}

// appendHeld writes one of the object's own values. If a value has an ID and fields of it
// are requested, it writes that object: creative{name}.
func (w *selection) appendHeld(b []byte, f field, value any, more bool) ([]byte, *refusal) {
	b = append(appendKey(b, f.name, more), ':')
	if held, isObject := value.(map[string]any); isObject && len(f.fields) > 0 {
		if id, hasID := held["id"].(string); hasID {
			if n, isThere := w.server.find(id); isThere {
				if refused := w.server.broken(n.kind, id); refused != nil && !onlyIDs(f.fields) {
					return nil, refused
				}
				return w.appendNode(b, n, f.fields)
			}
		}
	}
	return appendValue(b, w.sign(f.name, value)), nil
}

// onlyIDs reports whether only what the parent knows is requested.
func onlyIDs(fields []field) bool { return len(fields) == 1 && fields[0].name == "id" }

func (w *selection) appendNode(b []byte, n node, fields []field) ([]byte, *refusal) {
	inner := *w
	inner.node, inner.fields = n, fields
	return inner.append(b, n.object)
}

// related returns the parent that a field such as campaign refers to.
func (w *selection) related(o advertiser.Object, name string) (node, bool) {
	switch name {
	case "campaign", "adset":
		id, _ := o.Fields[name+"_id"].(string)
		if id == "" {
			return node{}, false
		}
		return w.server.find(id)
	case "account":
		if w.node.account == nil {
			return node{}, false
		}
		return w.server.find("act_" + w.node.account.id)
	}
	return node{}, false
}

func (w *selection) appendEdge(b []byte, o advertiser.Object, e edge, f field, more bool) ([]byte, *refusal) {
	inner := *w
	inner.node.object = o
	address := func(change url.Values) string {
		return w.call.nested(o.ID, f.name).address(change)
	}
	list, refused := inner.edge(f.params, e, f.fields, address)
	if refused != nil || string(list) == `{"data":[]}` {
		return b, refused // an empty nested edge has no key
	}
	return append(append(appendKey(b, f.name, more), ':'), list...), nil
}

func (w *selection) appendInsights(b []byte, o advertiser.Object, f field, more bool) ([]byte, *refusal) {
	params := url.Values{}
	for name, values := range f.params {
		params[name] = values
	}
	names := make([]string, len(f.fields))
	for i, inner := range f.fields {
		names[i] = inner.name
	}
	params.Set("fields", joined(names))
	n := w.node
	n.object = o
	c := w.call.nested(o.ID, "insights")
	c.params = params
	list, refused := w.server.insightsNow(c, n)
	if refused != nil || string(list) == `{"data":[]}` {
		return b, refused
	}
	return append(append(appendKey(b, f.name, more), ':'), list...), nil
}

// nested returns the call for the next page of a nested edge.
func (c *call) nested(id, name string) *call {
	return &call{method: "GET", version: c.version, path: []string{id, name}, params: url.Values{}, token: c.token, base: c.base}
}

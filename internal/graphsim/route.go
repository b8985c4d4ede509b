package graphsim

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// answer processes one Graph call: it counts it, checks the limits, applies faults, waits,
// checks the token, and only then evaluates it.
func (s *Server) answer(ctx context.Context, c *call) answer {
	n, name := s.resolve(c)
	e := s.event(c, n, name)
	s.counts.count(e)
	s.begin(e)
	a, changes := s.outcome(ctx, e)
	for _, f := range changes {
		if f.change != nil {
			a = f.change(e, a)
		}
	}
	s.quota.dress(a.header, e)
	return a
}

func (s *Server) outcome(ctx context.Context, e *event) (answer, []*Fault) {
	if why := s.quota.take(e); why != nil {
		s.wait(ctx, e.name, 0)
		return why.answer(s.counts.trace()), nil
	}
	dead := false
	if e.call.method == http.MethodGet && len(e.call.path) > 1 {
		e.page, dead = s.pages.number(e.call)
	}
	b := s.apply(e)
	s.wait(ctx, e.name, b.delay)
	if dead && e.applied == nil {
		return deadCursor().answer(s.counts.trace()), b.changes
	}
	return s.applied(e), b.changes
}

// applied returns the answer of the deciding fault, or the true answer.
func (s *Server) applied(e *event) answer {
	f := e.applied
	if f == nil {
		return e.truth()
	}
	a, isAnswer := f.instead(e)
	if !isAnswer {
		a = e.truth()
	}
	a.mishap = mishap{drop: f.Drop, truncate: f.Cut}
	return a
}

// tried returns the true answer.
func (s *Server) tried(e *event) answer {
	k, refused := s.viewer(e.call)
	if refused == nil {
		var body []byte
		if body, refused = s.route(e.call, e.node, k, e.applied); refused == nil {
			return ok(body)
		}
	}
	return refused.answer(s.counts.trace())
}

func (n node) digits() string {
	if n.account == nil {
		return ""
	}
	return n.account.id
}

// resolve finds the node of a path and the name of the call, such as GET act/ads.
func (s *Server) resolve(c *call) (node, string) {
	if len(c.path) == 0 || c.path[0] == "" {
		c.path = []string{""}
	}
	n, isThere := s.find(c.path[0])
	first := c.path[0]
	switch {
	case isThere:
		first = n.kind.word
	case strings.HasPrefix(first, "act_"):
		first = "act"
	case first != "" && strings.Trim(first, "0123456789") == "":
		first = "object"
	}
	return n, strings.Join(append([]string{c.method + " " + first}, c.path[1:]...), "/")
}

// wait waits for the latency of a call, unless the client disconnects.
func (s *Server) wait(ctx context.Context, name string, more time.Duration) {
	d, isNamed := s.latency[name]
	if !isNamed {
		d = s.latency["*"]
	}
	if d += more; d > 0 {
		_ = sleep(ctx, d) // a client that has gone is answered all the same
	}
}

func (s *Server) route(c *call, n node, k key, applied *Fault) ([]byte, *refusal) {
	if c.method != http.MethodGet && c.method != http.MethodPost {
		return nil, unsupported(c.method, c.path[0])
	}
	switch {
	case c.path[0] == "me" && k.token != "":
		return s.me(c, k)
	case c.path[0] == "debug_token":
		return s.debugToken(c)
	case c.path[0] == "oauth":
		return s.oauth(c)
	case k.token == "": // an app by itself
		return nil, unsupported(c.method, c.path[0])
	case len(c.path) == 2 && c.path[1] == "access_tokens" && c.method == http.MethodPost:
		return s.systemUserToken(c, k)
	case c.path[0] == "":
		return s.many(c, k)
	case n.kind.word == businessKind.word:
		return s.routeBusiness(c, n, k)
	case n.account == nil:
		return nil, unsupported(c.method, c.path[0])
	case !k.may("ads_read", "ads_management") || !k.sees(n.account.id):
		return nil, notGranted()
	case n.job != nil:
		return s.routeJob(c, n)
	case len(c.path) == 1 && c.method == http.MethodGet:
		return s.read(c, n, k)
	case len(c.path) == 2 && c.path[1] == "insights" && n.kind.level != "":
		return s.insights(c, n, applied)
	case len(c.path) == 2 && c.method == http.MethodGet:
		return s.readEdge(c, n, k)
	}
	return nil, unsupported(c.method, c.path[0])
}

func notGranted() *refusal {
	return &refusal{Status: http.StatusForbidden, Code: 200, Message: "(#200) Ad account owner has NOT grant ads_management or ads_read permission"}
}

// viewer returns who makes the call. Paths under /oauth need no token, and an app may call
// by itself.
func (s *Server) viewer(c *call) (key, *refusal) {
	if len(c.path) > 0 && c.path[0] == "oauth" {
		return key{}, nil
	}
	if id, secret, isApp := strings.Cut(c.token, "|"); isApp {
		return key{}, s.isApp(id, secret)
	}
	return s.keys.open(c.token, c.proof)
}

// me answers for the token's user or system user.
func (s *Server) me(c *call, k key) ([]byte, *refusal) {
	if len(c.path) == 1 {
		return appendValue(nil, map[string]any{"id": k.userID, "name": k.userName}), nil
	}
	switch c.path[1] {
	case "permissions":
		return permissions(k), nil
	case "adaccounts", "assigned_ad_accounts":
		if !k.may("ads_read", "ads_management") {
			return []byte(`{"data":[]}`), nil
		}
		return s.accountList(c, k, func(*account) bool { return true })
	case "businesses", "business_users":
		return s.myBusinesses(c, k)
	}
	return nil, unknownEdge(c.path[1], "User")
}

// accountList returns a page of the accounts that the token's user sees and that pass keep.
func (s *Server) accountList(c *call, k key, keep func(*account) bool) ([]byte, *refusal) {
	var objects []advertiser.Object
	for _, a := range s.all() {
		if k.sees(a.id) && keep(a) && !s.hidden(a.id, accountKind)(a.id) {
			objects = append(objects, a.Node(s.clock.Now()))
		}
	}
	fields, refused := parseFields(c.params.Get("fields"))
	if refused != nil {
		return nil, refused
	}
	w := &selection{server: s, key: k, node: node{kind: accountKind}, fields: fields, now: s.clock.Now(), call: c}
	return page(c.params, objects, plainCursor{}, c.address, w.appendListed)
}

// many answers GET /?ids=1,2 with an object of objects.
func (s *Server) many(c *call, k key) ([]byte, *refusal) {
	ids, err := textsOf(c.params.Get("ids"))
	if err != nil || len(ids) == 0 {
		return nil, &refusal{Code: 2500, Message: "Unknown path components: /"}
	}
	if !k.may("ads_read", "ads_management") {
		return nil, notGranted()
	}
	b := []byte{'{'}
	for i, id := range ids {
		n, isThere := s.find(id)
		if !isThere || n.account == nil || n.job != nil || !k.sees(n.account.id) {
			return nil, unsupported(c.method, id)
		}
		body, refused := s.read(c, n, k)
		if refused != nil {
			return nil, refused
		}
		b = append(append(appendString(separated(b, i), id), ':'), body...)
	}
	return append(b, '}'), nil
}

// unknownEdge tells an edge that exists on other nodes from an unknown word [recorded:
// err_100_nonexisting_edge_adaccount, err_2500_unknown_path_adset].
func unknownEdge(name, graph string) *refusal {
	lower := strings.ToLower(name)
	if known["edges"][lower] || known["edges"][strings.Split(lower, "_")[0]] {
		return noField(lower, graph)
	}
	return &refusal{Code: 2500, Message: "Unknown path components: /" + name}
}

func unserved(name string) *refusal {
	return &refusal{Status: http.StatusNotImplemented, Code: 3, Message: fmt.Sprintf("(#3) The simulator does not serve %s", name)}
}

func (s *Server) read(c *call, n node, k key) ([]byte, *refusal) {
	fields, refused := parseFields(c.params.Get("fields"))
	if refused != nil {
		return nil, refused
	}
	if refused := s.broken(n.kind, n.object.ID); refused != nil {
		return nil, refused
	}
	w := &selection{server: s, key: k, node: n, fields: fields, now: s.clock.Now(), call: c}
	return w.append(nil, n.object)
}

func (s *Server) readEdge(c *call, n node, k key) ([]byte, *refusal) {
	name := c.path[1]
	e, isEdge := n.kind.edges[name]
	if !isEdge {
		if known["edges"][name] {
			return nil, unserved(n.kind.word + "/" + name)
		}
		return nil, unknownEdge(name, n.kind.graph)
	}
	fields, refused := parseFields(c.params.Get("fields"))
	if refused != nil {
		return nil, refused
	}
	w := &selection{server: s, key: k, node: n, fields: fields, now: s.clock.Now(), call: c}
	return w.edge(c.params, e, fields, c.address)
}

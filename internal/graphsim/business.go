package graphsim

import (
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// Business is a business at Meta. Owners of accounts are known from the accounts' field
// business; agencies must be set up.
type Business struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Owned and Clients are ad accounts: its own, in addition to those that name it, and those
	// that other businesses share with it.
	Owned   []string `json:"owned_ad_accounts"`
	Clients []string `json:"client_ad_accounts"`
}

var (
	businessKind     = kind{word: "business", graph: "Business", spec: "Business"}
	businessUserKind = kind{word: "business_user", graph: "BusinessUser", spec: "BusinessUser"}
)

// SetBusiness adds or replaces a business.
func (s *Server) SetBusiness(b Business) {
	for _, list := range [][]string{b.Owned, b.Clients} {
		for i, id := range list {
			list[i] = strings.TrimPrefix(id, "act_")
		}
	}
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	s.keys.businesses = append(slices.DeleteFunc(s.keys.businesses, func(known Business) bool { return known.ID == b.ID }), b)
}

// businesses returns all known businesses.
func (s *Server) businesses() []Business {
	s.keys.mu.Lock()
	all := slices.Clone(s.keys.businesses)
	s.keys.mu.Unlock()
	for _, a := range s.all() {
		if a.business.ID == "" {
			continue
		}
		i := slices.IndexFunc(all, func(b Business) bool { return b.ID == a.business.ID })
		if i < 0 {
			i, all = len(all), append(all, a.business)
		}
		if !slices.Contains(all[i].Owned, a.id) {
			all[i].Owned = append(slices.Clone(all[i].Owned), a.id)
		}
	}
	return all
}

// mine returns the businesses of a token's user: those that were set up, or else those
// with an account that the user sees, which is the simulator's own rule.
func (s *Server) mine(k key) []Business {
	return slices.DeleteFunc(s.businesses(), func(b Business) bool {
		if k.businesses != nil {
			return !slices.Contains(k.businesses, b.ID)
		}
		return !slices.ContainsFunc(append(slices.Clone(b.Owned), b.Clients...), k.sees)
	})
}

func (b Business) object() advertiser.Object {
	return advertiser.Object{ID: b.ID, Fields: map[string]any{"id": b.ID, "name": b.Name}}
}

// user returns a person as a user of the business. The ID belongs to this pair only.
func (b Business) user(id, name string) advertiser.Object {
	first, last, _ := strings.Cut(name, " ")
	own := strconv.FormatUint(numberOf(b.ID+" "+id), 10)
	return advertiser.Object{ID: own, Fields: map[string]any{"id": own, "name": name, "first_name": first, "last_name": last,
		"role": "EMPLOYEE", "business": map[string]any{"id": b.ID, "name": b.Name}}}
}

// numberOf derives 15 digits from a text.
func numberOf(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // cannot fail
	return 100_000_000_000_000 + h.Sum64()%900_000_000_000_000
}

// myBusinesses answers the edges businesses and business_users of me. A system user
// belongs to a business and is not one of its business users.
func (s *Server) myBusinesses(c *call, k key) ([]byte, *refusal) {
	if !k.may("business_management") { // docs/meta-api.md#objects
		return nil, needsBusinessManagement()
	}
	var objects []advertiser.Object
	for _, b := range s.mine(k) {
		switch {
		case c.path[1] == "businesses":
			objects = append(objects, b.object())
		case k.kind != kindSystem:
			objects = append(objects, b.user(k.userID, k.userName))
		}
	}
	if c.path[1] == "businesses" {
		return s.listed(c, k, businessKind, []field{{name: "id"}, {name: "name"}}, objects)
	}
	return s.listed(c, k, businessUserKind, businessUserFields, objects)
}

// businessUserFields are the default fields [a guess].
var businessUserFields = []field{{name: "id"}, {name: "name"}, {name: "business"}}

func needsBusinessManagement() *refusal {
	return &refusal{Status: http.StatusForbidden, Code: 200, Message: "(#200) Requires business_management permission to manage the object"}
}

// routeBusiness answers a business and its edges.
func (s *Server) routeBusiness(c *call, n node, k key) ([]byte, *refusal) {
	i := slices.IndexFunc(s.mine(k), func(b Business) bool { return b.ID == n.object.ID })
	switch {
	case c.method != http.MethodGet || len(c.path) > 2 || i < 0:
		return nil, unsupported(c.method, c.path[0])
	case len(c.path) == 1 && !k.may("business_management"):
		return nil, needsBusinessManagement()
	case len(c.path) == 1:
		return s.readBusiness(c, n, k)
	}
	b := s.mine(k)[i]
	switch c.path[1] {
	case "owned_ad_accounts":
		if c.params.Get("include_shared_ad_accounts") == "true" {
			return s.accountsOf(c, k, append(slices.Clone(b.Owned), b.Clients...))
		}
		return s.accountsOf(c, k, b.Owned)
	case "client_ad_accounts":
		return s.accountsOf(c, k, b.Clients)
	case "business_users":
		return s.usersOf(c, k, b)
	}
	if known["edges"][c.path[1]] {
		return nil, unserved("business/" + c.path[1])
	}
	return nil, unknownEdge(c.path[1], businessKind.graph)
}

func (s *Server) readBusiness(c *call, n node, k key) ([]byte, *refusal) {
	fields, refused := parseFields(c.params.Get("fields"))
	if refused != nil {
		return nil, refused
	}
	if len(fields) == 0 {
		fields = []field{{name: "id"}, {name: "name"}}
	}
	return (&selection{server: s, key: k, node: n, fields: fields, now: s.clock.Now(), call: c}).append(nil, n.object)
}

// accountsOf returns a business's ad accounts that are shared with the token's user.
func (s *Server) accountsOf(c *call, k key, ids []string) ([]byte, *refusal) {
	if !k.may("business_management", "ads_read", "ads_management") { // docs/meta-api.md#objects
		return nil, needsBusinessManagement()
	}
	return s.accountList(c, k, func(a *account) bool {
		name, _ := a.Node(s.clock.Now()).Fields["name"].(string)
		return slices.Contains(ids, a.id) && strings.Contains(strings.ToLower(name), strings.ToLower(c.params.Get("search_query")))
	})
}

// usersOf returns the people of a business, without system users.
func (s *Server) usersOf(c *call, k key, b Business) ([]byte, *refusal) {
	if !k.may("business_management") {
		return nil, needsBusinessManagement()
	}
	var objects []advertiser.Object
	s.keys.mu.Lock()
	for _, id := range s.keys.order {
		if p := s.keys.people[id]; !p.System && slices.ContainsFunc(append(slices.Clone(b.Owned), b.Clients...), p.sees) {
			objects = append(objects, b.user(p.ID, p.Name))
		}
	}
	s.keys.mu.Unlock()
	return s.listed(c, k, businessUserKind, businessUserFields, objects)
}

// listed returns a page of objects that belong to no ad account.
func (s *Server) listed(c *call, k key, of kind, usual []field, objects []advertiser.Object) ([]byte, *refusal) {
	fields, refused := parseFields(c.params.Get("fields"))
	if refused != nil {
		return nil, refused
	}
	if len(fields) == 0 {
		fields = usual
	}
	w := &selection{server: s, key: k, node: node{kind: of}, fields: fields, now: s.clock.Now(), call: c}
	return page(c.params, objects, plainCursor{}, c.address, w.append)
}

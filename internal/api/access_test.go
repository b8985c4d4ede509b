package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// operation is an operation of the OpenAPI document.
type operation struct {
	Method, Path string
	ID           string `json:"operationId"`
	Access       *struct {
		Public     bool
		Share      bool
		Role       adtally.Role
		Permission adtally.Permission
		Person     bool
	} `json:"x-access"`
	Body      *struct{}           `json:"requestBody"`
	Responses map[string]struct{} `json:"responses"`
}

// document returns all operations of the OpenAPI document.
func (h *testServer) document() (all []operation) {
	h.t.Helper()
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	h.ask("GET", "/api/openapi.json", "").is(http.StatusOK).into(&doc)
	if doc.OpenAPI != "3.1.0" {
		h.t.Errorf("it is OpenAPI %s", doc.OpenAPI)
	}
	for path, methods := range doc.Paths {
		for method, raw := range methods {
			o := operation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(raw, &o); err != nil {
				h.t.Fatal(err)
			}
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	if len(all) < 20 {
		h.t.Fatalf("only %d operations were found", len(all))
	}
	return all
}

// asker is a caller who tries every operation.
type asker struct {
	role        adtally.Role // "" = anonymous
	permissions []adtally.Permission
	key         bool
}

func (a asker) String() string { return fmt.Sprintf("%s %v key=%t", a.role, a.permissions, a.key) }

func askers() (all []asker) {
	all = append(all, asker{})
	for _, role := range adtally.Roles() {
		for _, some := range [][]adtally.Permission{nil, {adtally.Credentials}, {adtally.Syncs}, adtally.Permissions()} {
			all = append(all, asker{role, some, false})
			if role != adtally.Guest { // no key is a guest
				all = append(all, asker{role, some, true})
			}
		}
	}
	return all
}

// want is the status that an operation's access rule gives a caller; 0 = allowed.
func want(o operation, a asker) int {
	switch {
	case o.Access.Public:
		return 0
	case o.Access.Share:
		return http.StatusNotFound // only with a link
	case a.role == "":
		return http.StatusUnauthorized
	case o.Access.Person && a.key, !a.role.Reaches(o.Access.Role), o.Access.Permission != "" && !slices.Contains(a.permissions, o.Access.Permission):
		return http.StatusForbidden
	}
	return 0
}

// Every operation is tried by every kind of caller. The status is allowed, 401 or 403
// exactly as the rule says, and is always documented.
func TestAccess_EveryOperationByEveryCaller(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	operations := h.document()
	for _, a := range askers() {
		for _, o := range operations {
			if o.Access == nil {
				t.Fatalf("%s %s has no rule", o.Method, o.Path)
			}
			// Each request uses a new caller, because one of the operations logs the caller out.
			got := a.ask(h, admin, o)
			if want := want(o, a); want != 0 && got.Code != want || want == 0 && (got.Code == http.StatusUnauthorized || got.Code == http.StatusForbidden) {
				t.Errorf("%s: %s %s got %d, want %d", a, o.Method, o.Path, got.Code, want)
			}
			if _, known := o.Responses[fmt.Sprint(got.Code)]; !known || got.Code >= http.StatusInternalServerError {
				t.Errorf("%s: %s %s answers %d, which the document does not list: %s", a, o.Method, o.Path, got.Code, got.Body)
			}
		}
	}
}

func (a asker) ask(h, admin *testServer, o operation) reply {
	path := strings.NewReplacer("{id}", "nobody", "{invite}", "nothing").Replace(o.Path)
	body := ""
	if o.Body != nil {
		body = "{}"
	}
	switch {
	case a.role == "":
		return h.as().ask(o.Method, path, body)
	case a.key:
		return h.as().ask(o.Method, path, body, "Authorization: Bearer "+admin.key(a.role, a.permissions))
	}
	n := len(h.store.users)
	return admin.guest(fmt.Sprintf("u%d@example.com", n), a.role, a.permissions...).ask(o.Method, path, body)
}

// key creates a key with a role and permissions.
func (h *testServer) key(role adtally.Role, permissions []adtally.Permission) string {
	h.t.Helper()
	raw, _ := json.Marshal(map[string]any{"name": "k", "role": role, "permissions": append([]adtally.Permission{}, permissions...)})
	return h.ask("POST", "/api/v1/keys", string(raw)).is(http.StatusCreated).field("token")
}

// The golden file lists the access of every operation, so that a change of access is a
// visible, deliberate change.
func TestAccess_MatchesGoldenFile(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	for _, o := range newTestServer(t).document() {
		rule := string(o.Access.Role)
		if o.Access.Public {
			rule = "public"
		}
		if o.Access.Share {
			rule = "a share link"
		}
		if o.Access.Permission != "" {
			rule += " with " + string(o.Access.Permission)
		}
		if o.Access.Person {
			rule += ", a person"
		}
		fmt.Fprintf(&text, "%-6s %-32s %s\n", o.Method, o.Path, rule)
	}
	const golden = "testdata/access.golden"
	if *update {
		if err := os.WriteFile(golden, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the rules; go test ./internal/api -update rewrites them", text.String(), string(kept))
}

// The access check also guards mounts, including permissions.
func TestMount_RequiresAccess(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	rules := map[string]api.Access{
		"/ops/jobs/": {Role: adtally.Admin}, "/public/": {Public: true}, "/nobody/": {}, "/made/up/": {Role: "owner"},
		"/both/": {Role: adtally.Builder, Also: adtally.Credentials}, "/syncs/": {Role: adtally.Viewer, Also: adtally.Syncs, Person: true}}
	h := newTestServer(t, func(c *api.Config) {
		for pattern, rule := range rules {
			c.Mounts = append(c.Mounts, api.Mount{Pattern: pattern, Access: rule, Handler: page})
		}
	})
	admin := h.admin()
	for _, a := range askers() {
		for pattern, rule := range rules {
			may := rule.Public || a.role.Reaches(rule.Role) && (rule.Also == "" || slices.Contains(a.permissions, rule.Also)) && (!rule.Person || !a.key)
			got := a.ask(h, admin, operation{Method: "GET", Path: pattern}).Code
			if may != (got == http.StatusTeapot) || !may && got != http.StatusForbidden && (got != http.StatusUnauthorized || a.role != "") {
				t.Errorf("%s at %s: %d, and may is %t", a, pattern, got, may)
			}
		}
	}
}

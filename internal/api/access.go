package api

import (
	"context"
	"io"
	"net/http"
	"slices"

	"adtally"
)

// Access says who may call an operation. The zero Access allows nobody.
type Access struct {
	Public bool
	Asked  bool // identify the caller of a public operation as well, where possible
	Role   adtally.Role
	Also   adtally.Permission // "" = none
	Person bool               // a key may not call it
	Share  bool               // for holders of share links, and for nobody else
	Locked bool               // of Share: also without the link's password
	// Scope, if there is one, admits only keys that have it; sessions and other keys are
	// refused. A key with scopes can call nothing else.
	Scope adtally.KeyScope
}

// public is for operations that are called before a login.
var public = Access{Public: true}

// extension is the value of x-access in the OpenAPI document.
func (a Access) extension() map[string]any {
	switch {
	case a.Public:
		return map[string]any{"public": true}
	case a.Share:
		return map[string]any{"share": true}
	}
	all := map[string]any{"role": string(a.Role)}
	if a.Also != "" {
		all["permission"] = string(a.Also)
	}
	if a.Person {
		all["person"] = true
	}
	return all
}

// extensions are what the OpenAPI document says of an operation's access. x-share marks what
// a share link reaches; without the mark, a link reaches nothing.
func (a Access) extensions() map[string]any {
	all := map[string]any{"x-access": a.extension()}
	if a.Share {
		all["x-share"] = "allow"
	}
	return all
}

// refuse returns the reason why a caller may not, or nil.
func (a Access) refuse(who Caller) *adtally.Fault {
	switch {
	case a.Share && who.Kind == holder:
		return nil
	case a.Share:
		return unknownLink()
	case len(who.Scopes) > 0 && !slices.Contains(who.Scopes, a.Scope):
		return refusal("forbidden", "This key is only for "+string(who.Scopes[0]), "Use a key without scopes.")
	case a.Public:
		return nil
	case a.Scope != "" && who.Kind == anonymous:
		return refusal("unauthenticated", "There is no key", "Send Authorization: Bearer atk_… with a key of the scope "+string(a.Scope)+".")
	case a.Scope != "" && len(who.Scopes) == 0:
		return refusal("forbidden", "This key does not have the scope "+string(a.Scope), "Create a key with this scope.")
	case who.Kind == anonymous:
		return refusal("unauthenticated", "Nobody is logged in", "Log in, or send a key: Authorization: Bearer adt_…")
	case a.Person && who.Kind != person:
		return refusal("forbidden", "A key cannot do this", "Log in as a person.")
	case !who.May(a.Role, ""):
		return refusal("forbidden", "This needs the role "+string(a.Role), "Ask an admin for it.")
	case !who.May(a.Role, a.Also):
		return refusal("forbidden", "This needs the permission "+string(a.Also), "Ask an admin for it.")
	}
	return nil
}

// Kind is the kind of a caller.
type Kind string

const (
	anonymous Kind = ""
	person    Kind = "user"
	apiKey    Kind = "key"
	holder    Kind = "share" // of a share link
)

// Caller is the author of a request.
type Caller struct {
	Kind Kind
	ID   string
	Name string
	adtally.AccessLevel
	Scopes  []adtally.KeyScope // of a key; none = it calls the API
	From    string             // IP address
	session string             // value of the session cookie; "" = none
	secure  bool               // over HTTPS
	link    adtally.ShareLink  // that a holder holds
}

// String names the caller in logs and in the audit log.
func (c Caller) String() string {
	if c.Kind == anonymous {
		return ""
	}
	return string(c.Kind) + ":" + c.ID
}

// requestInfo is the request's ID and its caller. It is the only value that this package
// puts into a context; only this file reads it.
type requestInfo struct {
	id     string
	caller Caller
	// background requests do not count as use of the session: an open page must not keep it
	// alive.
	background bool
	// body is the body of the request without the limit on its size, for uploads.
	body io.Reader
	// request is that of a holder of a share link, to check later whether the link still
	// shows something.
	request *http.Request
	shared  bool // the path is for holders of share links
}

type visitKey struct{}

func withRequestInfo(r *http.Request, v *requestInfo) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

func requestInfoOf(ctx context.Context) *requestInfo {
	if v, ok := ctx.Value(visitKey{}).(*requestInfo); ok {
		return v
	}
	return &requestInfo{}
}

// admit identifies the caller and checks their access.
func (s *shell) admit(r *http.Request, a Access) error {
	v := requestInfoOf(r.Context())
	switch {
	case a.Share:
		return s.admitHolder(r, v, a)
	case a.Scope != "":
		return s.admitScoped(r, v, a)
	}
	if !a.Public || a.Asked {
		err := s.identify(r, v)
		if a.Public && err != nil && adtally.FaultOf(err).Code == "unauthenticated" {
			err = nil // an unknown caller may use a public operation
		}
		if err != nil {
			return err
		}
	}
	if f := a.refuse(v.caller); f != nil {
		return f
	}
	return nil
}

// guard checks access in front of a handler that is not an operation.
func (s *shell) guard(a Access, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.admit(r, a); err != nil {
			a.challenge(w.Header(), err)
			s.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

package api

import (
	"context"
	"net/http"

	"adtally"
)

// Access is what an operation asks of whoever calls it. The zero Access lets
// nobody in.
type Access struct {
	Public bool
	Asked  bool // of a public one: who it is matters, where they are known
	Role   adtally.Role
	Also   adtally.Permission // "" = none
	Person bool               // a key cannot do it
}

// public is for what must work before one is known.
var public = Access{Public: true}

// extension is how the access stands in the OpenAPI document.
func (a Access) extension() map[string]any {
	if a.Public {
		return map[string]any{"public": true}
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

// refuse says why somebody may not; nil = they may.
func (a Access) refuse(who Caller) *adtally.Fault {
	switch {
	case a.Public:
		return nil
	case who.Kind == stranger:
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

// Kind is what sort of caller one is.
type Kind string

const (
	stranger Kind = ""
	person   Kind = "user"
	program  Kind = "key"
)

// Caller is who makes a request.
type Caller struct {
	Kind Kind
	ID   string
	Name string
	adtally.AccessLevel
	From    string // the address
	session string // what the cookie holds; "" = none
	secure  bool   // over HTTPS
}

// String names the caller in logs and in the audit log.
func (c Caller) String() string {
	if c.Kind == stranger {
		return ""
	}
	return string(c.Kind) + ":" + c.ID
}

// visit is one request on its way. It is the only thing that travels in a
// context, and leaves it in this file.
type visit struct {
	id     string
	caller Caller
}

type visitKey struct{}

func withVisit(r *http.Request, v *visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// admit finds out who makes a request and whether they may.
func (s *shell) admit(r *http.Request, a Access) error {
	v := visitOf(r.Context())
	if !a.Public || a.Asked {
		err := s.identify(r, v)
		if a.Public && err != nil && adtally.FaultOf(err).Code == "unauthenticated" {
			err = nil // it is nobody whom we know
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

// guard puts access before a handler that is no operation.
func (s *shell) guard(a Access, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.admit(r, a); err != nil {
			s.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

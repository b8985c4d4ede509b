package graphsim

import (
	"errors"
	"net/http"
	"strings"
)

// world answers the controls for apps, people and tokens.
func (s *Server) world(r *http.Request, name string) (any, error) {
	switch name {
	case "app":
		var a App
		if err := read(r, &a); err != nil {
			return nil, err
		}
		if a.ID == "" {
			return nil, errors.New("an app needs an id")
		}
		return s.SetApp(a), nil
	case "person":
		var p Person
		if err := read(r, &p); err != nil {
			return nil, err
		}
		if p.ID == "" {
			return nil, errors.New("a person needs an id")
		}
		s.SetPerson(p)
		return p, nil
	case "business":
		var b Business
		if err := read(r, &b); err != nil {
			return nil, err
		}
		if b.ID == "" || strings.Trim(b.ID, "0123456789") != "" {
			return nil, errors.New("a business needs an id, digits only")
		}
		s.SetBusiness(b)
		return b, nil
	case "event":
		var e struct{ Event, Person, App string }
		if err := read(r, &e); err != nil {
			return nil, err
		}
		return e, s.InjectEvent(e.Event, e.Person, e.App)
	}
	var t struct {
		Kind, Person, App string
		Scopes            []string
	}
	if err := read(r, &t); err != nil {
		return nil, err
	}
	token, refused := s.Mint(t.Kind, t.Person, t.App, t.Scopes...)
	if refused != nil {
		return nil, refused
	}
	return map[string]string{"token": token}, nil
}

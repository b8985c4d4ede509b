package api

import (
	"context"
	"strings"

	"adtally"
)

// mostKeys is among how many keys, the newest first, one is looked for by its id.
const mostKeys = 1000

// names tells what those are called who stand in an answer by their ids. It asks for
// each once; who is not found has no name.
func (s *shell) names(ctx context.Context) func(who string) string {
	known := map[string]string{}
	keys := false
	return func(who string) string {
		kind, id, _ := strings.Cut(who, ":")
		name, there := known[who]
		switch {
		case there:
			return name
		case kind == string(person):
			if u, err := s.Store.User(ctx, id); err == nil {
				name = u.Name
			}
			known[who] = name
		case kind == string(program) && !keys:
			keys = true
			all, _ := s.Store.APIKeys(ctx, adtally.PagePosition{}, mostKeys) // a name that is lacking is no failure
			for _, k := range all {
				known[object(string(program), k.ID)] = k.Name
			}
		}
		return known[who]
	}
}

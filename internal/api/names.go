package api

import (
	"context"
	"strings"

	"adtally"
)

// mostKeys is how many keys, newest first, are searched for a name.
const mostKeys = 1000

// names returns a function that maps kind:id to the current name. It queries each name
// once; the name of an unknown caller is empty.
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
		case kind == string(apiKey) && !keys:
			keys = true
			all, _ := s.Store.APIKeys(ctx, adtally.PagePosition{}, mostKeys) // a missing name is not an error
			for _, k := range all {
				known[object(string(apiKey), k.ID)] = k.Name
			}
		}
		return known[who]
	}
}

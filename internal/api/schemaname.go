package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName gives each schema a name for generated clients: huma's name without
// affixes of our types. ListedRunBody becomes RunList, Create-channelRequest becomes
// CreateChannelRequest.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if words := strings.Split(name, "-"); len(words) > 1 {
		for i, w := range words {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
		name = strings.Join(words, "")
	}
	body, isBody := strings.CutSuffix(name, "Body")
	if !isBody {
		return name
	}
	if item, ok := strings.CutPrefix(body, "Listed"); ok {
		return item + "List"
	}
	if item, ok := strings.CutPrefix(body, "One"); ok {
		return item + "Details"
	}
	if form, ok := strings.CutSuffix(body, "Form"); ok {
		return form + "Request"
	}
	return body
}

package graphsim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// sign gives the links in a value a new signature at every read, as Meta does
// (META_API.md §2.3): its own, and those that stand deeper in it. The account's
// own value stays as it was.
func (w *selection) sign(name string, value any) any {
	switch v := value.(type) {
	case string:
		if slices.Contains(w.node.kind.signed, name) {
			return w.server.signature(w.local(w.sized(name, v)), w.now)
		}
	case map[string]any:
		signed := make(map[string]any, len(v))
		for key, inner := range v {
			signed[key] = w.sign(key, inner)
		}
		return signed
	case []any:
		signed := make([]any, len(v))
		for i, inner := range v {
			signed[i] = w.sign(name, inner)
		}
		return signed
	}
	return value
}

// sized asks for a thumbnail of the size that the call names (derived/read_edges.json,
// AdCreative; META_API.md §2.3).
func (w *selection) sized(name, link string) string {
	if name != "thumbnail_url" || w.call == nil || !w.call.params.Has("thumbnail_width") {
		return link
	}
	return strings.Replace(link, thumbnailSize, "p"+w.call.params.Get("thumbnail_width")+"x"+w.call.params.Get("thumbnail_height"), 1)
}

// local leads a link of the invented CDN to this simulator, which serves it.
func (w *selection) local(link string) string {
	host, path, isOurs := strings.Cut(link, cdnHost)
	if !isOurs || w.call == nil {
		return link
	}
	return w.call.base + cdnPath + strings.TrimPrefix(host, "https://") + path
}

// signature adds what changes: an id of the read, and when the link dies.
func (s *Server) signature(link string, now time.Time) string {
	return link + "&_nc_gid=" + s.counts.trace() + "&oe=" + strconv.FormatInt(now.Add(s.link).Unix(), 16)
}

// linkLife is for how long a signed link works (PAINS.md #34: it dies in days).
const linkLife = 96 * time.Hour

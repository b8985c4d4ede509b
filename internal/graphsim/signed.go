package graphsim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// sign gives all links in a value, including nested ones, a new signature at every read,
// as Meta does (docs/meta-api.md#media). The account's own value is not changed.
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

// sized changes a thumbnail's link to the requested size (docs/meta-api.md#media).
func (w *selection) sized(name, link string) string {
	if name != "thumbnail_url" || w.call == nil || !w.call.params.Has("thumbnail_width") {
		return link
	}
	return strings.Replace(link, thumbnailSize, "p"+w.call.params.Get("thumbnail_width")+"x"+w.call.params.Get("thumbnail_height"), 1)
}

// local replaces the CDN's host in a link with the simulator's address.
func (w *selection) local(link string) string {
	host, path, isOurs := strings.Cut(link, cdnHost)
	if !isOurs || w.call == nil {
		return link
	}
	return w.call.base + cdnPath + strings.TrimPrefix(host, "https://") + path
}

// signature adds the variable parts: an ID of the read, and the time of expiry.
func (s *Server) signature(link string, now time.Time) string {
	return link + "&_nc_gid=" + s.counts.trace() + "&oe=" + strconv.FormatInt(now.Add(s.link).Unix(), 16)
}

// linkLife is the default lifetime of a signed link; Meta's expire within days
// (docs/meta-api.md#media).
const linkLife = 96 * time.Hour

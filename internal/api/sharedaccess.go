package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"adtally"
)

// sharedPaths reports whether a path is one of those for the holders of share links.
func sharedPaths(path string) bool { return path == "/s" || strings.HasPrefix(path, "/s/") }

// sharedPolicy is the policy of everything that holders of share links load.
const sharedPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "

// protectShared sets the headers of the paths for holders. There is no robots.txt for them: a
// crawler that may not fetch a page does not see noindex.
func protectShared(h http.Header) {
	h.Set("Content-Security-Policy", sharedPolicy+"'none'")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store, private")
	h.Set("Vary", "Authorization")
}

func unknownLink() *adtally.Fault {
	return refusal("not_found", "There is nothing here", "Check the address, or ask for a new link.")
}

func goneLink() *adtally.Fault {
	return refusal("share_gone", "This link does not show anything any more", "Ask the sender for a new link.")
}

// byToken returns whether a request comes with the token of a share link.
func byToken(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Share")
}

// admitHolder finds the link of a request. Cookies and keys are not read, so that a link
// shows the same to everybody. A malformed token takes the same way as an unknown one.
func (s *shell) admitHolder(r *http.Request, v *requestInfo, a Access) error {
	v.caller.session, v.request = "", r
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	l, err := s.linkOf(r.Context(), token)
	if err != nil {
		return err
	}
	if !byToken(r) || len(r.Header.Values("Authorization")) != 1 {
		return unknownLink()
	}
	v.caller.Kind, v.caller.ID, v.caller.link = holder, l.ID, l
	if l.Password.IsZero() || a.Locked {
		return nil
	}
	return s.checkShareSession(r.Context(), l, r.Header.Values("Share-Session"))
}

// linkOf returns the link with a token that shows something now.
func (s *shell) linkOf(ctx context.Context, token string) (adtally.ShareLink, error) {
	hash := hashed(token)
	l, err := s.Service.Shares.ShareLinkByHash(ctx, hash)
	if missing(err) || err == nil && subtle.ConstantTimeCompare([]byte(l.Hash), []byte(hash)) != 1 {
		return adtally.ShareLink{}, unknownLink()
	}
	if err != nil {
		return l, err
	}
	shows, err := s.shows(ctx, l)
	if err == nil && !shows {
		err = goneLink()
	}
	return l, err
}

// shows reports whether a link shows anything: it is open, its maker may still share, and
// its dashboard is still there.
func (s *shell) shows(ctx context.Context, l adtally.ShareLink) (bool, error) {
	if !l.IsOpen(s.Now()) {
		return false, nil
	}
	maker, err := s.Store.User(ctx, l.Maker)
	if missing(err) || err == nil && !sharer(maker) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if held, err := s.holds(ctx, l); err != nil || !held {
		return false, err
	}
	if _, ready := builtIn(l.Dashboard); ready {
		return true, nil
	}
	_, err = s.Service.Dashboards.Dashboard(ctx, l.Dashboard)
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

// sharer reports whether a user may share: a link shows at most what its maker may see now.
func sharer(u adtally.User) bool { return !u.Disabled && u.Role.Reaches(forSharers.Role) }

// checkShareSession refuses holders who have not given the link's password since the link was
// last changed.
func (s *shell) checkShareSession(ctx context.Context, l adtally.ShareLink, given []string) error {
	ask := refusal("share_password", "This link has a password", "Give the password.")
	if len(given) != 1 {
		return ask
	}
	kept, err := s.Service.Shares.ShareSession(ctx, hashed(given[0]))
	if missing(err) || err == nil && (kept.Link != l.ID || kept.Version != l.Version || !s.Now().Before(kept.Expires)) {
		return ask
	}
	return err
}

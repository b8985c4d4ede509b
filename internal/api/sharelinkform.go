package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"adtally"
	"adtally/internal/analytics"
)

// fill puts a form's settings into a link. refresh also takes the dashboard as it is now.
func (g shareLinks) fill(ctx context.Context, l *adtally.ShareLink, form ShareLinkForm, refresh bool) error {
	now := g.Now()
	if e := form.Expires; !e.IsZero() && !e.After(now) {
		return invalid("body.expires", "The expiry is in the past")
	}
	l.Name, l.Dashboard = form.Name, form.Dashboard
	if refresh {
		if err := g.freeze(ctx, l); err != nil {
			return err
		}
	}
	spec, err := specOf(*l)
	if err != nil {
		return err
	}
	terms, err := g.terms(ctx, form, spec)
	l.ShareTerms = terms
	return err
}

// freeze stores the dashboard as it is now in the link. Its drill-downs are written out: what
// a row opens into must not depend on later definitions.
func (g shareLinks) freeze(ctx context.Context, l *adtally.ShareLink) error {
	d, err := g.read(ctx, l.Dashboard)
	if missing(err) {
		return invalid("body.dashboard", "There is no such dashboard")
	}
	if err != nil {
		return err
	}
	d.Tiles = slices.Clone(d.Tiles) // those of a built-in dashboard are everybody's
	known, err := g.Analytics.Metrics(ctx)
	if err != nil {
		return analyticsProblem(err)
	}
	for i, t := range d.Tiles {
		d.Tiles[i] = t.Drilled(func(metric, dimension string) bool {
			return slices.ContainsFunc(known, func(m analytics.MetricInfo) bool { return m.Name == metric && slices.Contains(m.Dimensions, dimension) })
		})
	}
	l.Revision = revisionOf(d)
	l.Content, err = json.Marshal(d.DashboardSpec)
	return err
}

// revisionOf is the revision of a dashboard, from its ETag.
func revisionOf(d Dashboard) int64 {
	v, err := Edit{d.ETag}.Version()
	if err != nil {
		return 0
	}
	return v
}

// specOf is the dashboard of a link as it was shared.
func specOf(l adtally.ShareLink) (spec analytics.DashboardSpec, err error) {
	if err := json.Unmarshal(l.Content, &spec); err != nil {
		return spec, fmt.Errorf("read the dashboard of the link %s: %w", l.ID, err)
	}
	return spec, nil
}

// terms checks a form.
func (g shareLinks) terms(ctx context.Context, form ShareLinkForm, spec analytics.DashboardSpec) (t adtally.ShareTerms, err error) {
	t = adtally.ShareTerms{Fee: feeOf(form.Fee), Open: orEmpty(form.Filters), Download: form.Download, Origins: orEmpty(form.Origins), Expires: form.Expires, Lock: []adtally.ShareLock{}}
	known, err := g.dimensionNames(ctx)
	if err != nil {
		return t, err
	}
	for i, lock := range form.Lock {
		if !slices.Contains(known, lock.Dimension) {
			return t, invalid(fmt.Sprintf("body.lock[%d].dimension", i), fmt.Sprintf("There is no dimension %q", lock.Dimension))
		}
		t.Lock = append(t.Lock, adtally.ShareLock{Dimension: lock.Dimension, In: orEmpty(lock.In)})
	}
	for i, dim := range form.Filters {
		if !slices.ContainsFunc(spec.Filters, func(f analytics.DashboardFilter) bool { return f.Dimension == dim }) {
			return t, invalid(fmt.Sprintf("body.filters[%d]", i), fmt.Sprintf("The dashboard has no filter %q", dim))
		}
	}
	for i, origin := range form.Origins {
		if !isOrigin(origin) {
			return t, invalid(fmt.Sprintf("body.origins[%d]", i), "This is not the address of a site; write it like https://intranet.example.com, without a path")
		}
	}
	if form.Days == nil {
		return t, nil
	}
	if message := form.Days.Check(); message != "" {
		return t, invalid("body.days", message)
	}
	t.Days, err = json.Marshal(form.Days)
	return t, err
}

// feeOf returns the fee; a fee of nothing is none.
func feeOf(fee string) string {
	for _, c := range fee {
		if c >= '1' && c <= '9' {
			return fee
		}
	}
	return ""
}

// isOrigin reports whether a text is exactly one site: scheme, host and port. HTTP is for
// pages on this computer only. The characters are checked, because the text becomes part of
// a header.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != text {
		return false
	}
	if strings.Trim(u.Host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// shortestShared is the minimum length of a link's password: attempts are slowed, and the
// link itself is not guessable.
const shortestShared = 8

// protectLink sets the password of a link; empty = none.
func (g shareLinks) protectLink(ctx context.Context, l *adtally.ShareLink, text string) (err error) {
	if text == "" {
		l.Password = adtally.Secret{}
		return nil
	}
	if utf8.RuneCountInString(text) < shortestShared {
		return fieldRefusal{refusal("weak_password", "This password is too short", fmt.Sprintf("Use at least %d characters.", shortestShared)), "body.password"}
	}
	l.Password, err = g.Passwords.Hash(ctx, text)
	return err
}

// shown is a link as its maker sees it.
func (g shareLinks) shown(ctx context.Context, l adtally.ShareLink, name func(string) string) ShareLink {
	out := ShareLink{ID: l.ID, Password: !l.Password.IsZero(), By: object(string(person), l.Maker), Created: l.Created.UTC(), Updated: l.Updated.UTC(),
		Revoked: timeOrNil(l.Revoked), ETag: etag(l.Version), State: "open"}
	out.ShareLinkForm = ShareLinkForm{Name: l.Name, Dashboard: l.Dashboard, Fee: l.Fee, Filters: l.Open, Download: l.Download, Origins: l.Origins, Expires: l.Expires}
	out.Days, _ = daysLock(l) // a link whose days cannot be read shows nothing
	for _, lock := range l.Lock {
		out.Lock = append(out.Lock, ShareLock(lock))
	}
	out.ByName = name(out.By)
	if spec, err := specOf(l); err == nil {
		out.Title = spec.Title
	}
	switch shows, err := g.shows(ctx, l); {
	case !l.Revoked.IsZero():
		out.State = "revoked"
	case !l.IsOpen(g.Now()):
		out.State = "expired"
	case err != nil || !shows:
		out.State = "asleep"
	}
	d, err := g.read(ctx, l.Dashboard)
	out.Behind = err != nil || revisionOf(d) != l.Revision
	if seen, err := g.Shares.ShareOpened(ctx, l.ID); err == nil {
		out.Opened, out.Devices, out.LastOpened = seen.Count, seen.Visitors, timeOrNil(seen.Last)
	}
	return out
}

// daysLock returns the days that a link is locked to; nil = all.
func daysLock(l adtally.ShareLink) (*analytics.DateRange, error) {
	if len(l.Days) == 0 {
		return nil, nil
	}
	days := &analytics.DateRange{}
	if err := json.Unmarshal(l.Days, days); err != nil {
		return nil, fmt.Errorf("read the days of the link %s: %w", l.ID, err)
	}
	return days, nil
}

package main

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/pdf"
	"adtally/internal/store"
	"adtally/internal/subscription"
)

// subscriptions sends dashboards at their times.
func (s *service) subscriptions(publicURL string, printer subscription.Printer) *subscription.Sender {
	return &subscription.Sender{
		Subscriptions: s.store, Installation: s.store, Figures: s.answers(), Links: printLinks{s.store, s}, Printer: printer,
		Address: func(dashboard string) string { return publicURL + "/dashboards/" + dashboard },
		Now:     s.p.clock, NewID: newID,
		Report: func(err error) { s.log.Error("a dashboard was not sent as it should be", "error", err) },
	}
}

// chromium returns the path of Chromium; empty = there is none.
func (c *serveCommand) chromium() string { return cmp.Or(c.Chromium, pdf.Find()) }

// printer prints pages of the handler; nil = there is no Chromium.
func (c *serveCommand) printer(handler http.Handler) subscription.Printer {
	if c.chromium() == "" {
		return nil
	}
	_, host, _ := strings.Cut(c.PublicURL, "://")
	return &pdf.Printer{Chromium: c.chromium(), Handler: handler, Host: host}
}

// printLinks are the links that pages are printed with.
type printLinks struct {
	*store.DB
	s *service
}

// NewLink stores a link and returns the path of its page.
func (l printLinks) NewLink(ctx context.Context, link adtally.ShareLink) (path string, err error) {
	token, hash := api.NewShareToken()
	link.Hash = hash
	return api.SharePath(token), l.AddShareLink(ctx, link, l.audit("share.create", link.ID))
}

// RevokeLink revokes a link.
func (l printLinks) RevokeLink(ctx context.Context, id string) error {
	return l.RevokeShareLink(ctx, id, l.audit("share.revoke", id))
}

func (l printLinks) audit(what, link string) adtally.AuditEntry {
	return adtally.AuditEntry{ID: newID(), At: l.s.p.clock(), Who: "system:subscriptions", What: what, Object: "share:" + link}
}

package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"adtally"
)

// connectLinks let whoever has the rights at a platform log in for a source,
// without being one of our people.
type connectLinks struct{ sources }

const (
	linkPath = "/api/v1/sources/{id}/connect-links"
	// usualLinkLife is for how many days a link works.
	usualLinkLife = 7
)

func (g connectLinks) register() {
	handle(g.shell, operation{ID: "create-connect-link", Method: http.MethodPost, Path: linkPath, Tag: tagSources, Access: withSecrets, Status: http.StatusCreated,
		Summary: "Make a connect link", Text: "Whoever opens it can log in at the platform for this source, once. It is shown here only."}, g.make)
	handle(g.shell, operation{ID: "list-connect-links", Method: http.MethodGet, Path: linkPath, Tag: tagSources, Access: withSecrets, Summary: "List a source's connect links"}, g.list)
	handle(g.shell, operation{ID: "revoke-connect-link", Method: http.MethodDelete, Path: linkPath + "/{link}", Tag: tagSources, Access: withSecrets, Summary: "Take a connect link back"}, g.revoke)
}

// ConnectLink is a link, without its code.
type ConnectLink struct {
	ID      string     `json:"id"`
	By      string     `json:"by"`
	ByName  string     `json:"by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
	Made    time.Time  `json:"made"`
	Expires time.Time  `json:"expires"`
	Used    *time.Time `json:"used,omitempty"`
	Revoked *time.Time `json:"revoked,omitempty"`
	Open    bool       `json:"open" doc:"Whether it still lets somebody in"`
	URL     string     `json:"url,omitempty" doc:"Shown once, when it is made"`
}

func (g connectLinks) shown(l adtally.ConnectLink, address string, name func(string) string) ConnectLink {
	return ConnectLink{l.ID, l.By, name(l.By), l.Made.UTC(), l.Expires.UTC(), given(l.Used), given(l.Revoked), l.Open(g.Now()), address}
}

func (g connectLinks) make(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		Days int `json:"days,omitempty" minimum:"1" maximum:"30" doc:"For how long it works; absent = 7"`
	}
},
) (*struct{ Body ConnectLink }, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	days := in.Body.Days
	if days == 0 {
		days = usualLinkLife
	}
	code, now := rand.Text(), g.Now()
	l := adtally.ConnectLink{ID: g.NewID(), Source: s.ID, By: who.String(), Made: now, Expires: now.AddDate(0, 0, days)}
	err = g.Links.AddConnectLink(ctx, l, hashed(code), g.audited(who, "link.create", object("source", s.ID), map[string]string{"link": l.ID}))
	return &struct{ Body ConnectLink }{g.shown(l, strings.TrimSuffix(g.PublicURL, "/")+"/link/"+code, g.names(ctx))}, err
}

func (g connectLinks) list(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[ConnectLink], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Links.ConnectLinks(ctx, in.ID)
	out := &listed[ConnectLink]{}
	out.Body.Items = []ConnectLink{}
	name := g.names(ctx)
	for _, l := range all {
		out.Body.Items = append(out.Body.Items, g.shown(l, "", name))
	}
	return out, err
}

func (g connectLinks) revoke(ctx context.Context, who Caller, in *struct {
	ByID
	Link string `path:"link" maxLength:"100"`
},
) (*nothing, error) {
	return nil, g.Links.RevokeConnectLink(ctx, in.ID, in.Link, g.audited(who, "link.revoke", object("source", in.ID), map[string]string{"link": in.Link}))
}

// LinkView is what a connect link is for, to whoever holds it.
type LinkView struct {
	Source   string    `json:"source" doc:"The name of the source"`
	Platform string    `json:"platform" example:"Facebook Ads"`
	Asks     string    `json:"asks" doc:"What is asked for"`
	Expires  time.Time `json:"expires"`
}

// ByLinkCode is the part of an input that names a connect link.
type ByLinkCode struct {
	Code string `path:"code" maxLength:"100"`
}

// opened is a connect link that works, and its source.
func (g platformLogins) opened(ctx context.Context, code string) (l adtally.ConnectLink, s adtally.SourceRecord, err error) {
	gone := refusal("link_gone", "This link does not work, or no longer", "Ask whoever sent it for a new one.")
	l, err = g.Links.ConnectLink(ctx, "", hashed(code))
	if missing(err) || err == nil && !l.Open(g.Now()) {
		return l, s, gone
	}
	if err != nil {
		return l, s, err
	}
	s, err = g.Sources.Source(ctx, l.Source)
	if missing(err) || err == nil && !s.Deleted.IsZero() {
		return l, s, gone
	}
	return l, s, err
}

func (g platformLogins) link(ctx context.Context, _ Caller, in *struct{ ByLinkCode }) (*struct{ Body LinkView }, error) {
	l, s, err := g.opened(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	spec, err := g.spec(s.Connector)
	return &struct{ Body LinkView }{LinkView{s.Name, spec.Title, spec.Summary, l.Expires.UTC()}}, err
}

func (g platformLogins) beginByLink(ctx context.Context, who Caller, in *struct{ ByLinkCode }) (*loginStarted, error) {
	l, s, err := g.opened(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return g.away(ctx, who, adtally.Login{Connector: s.Connector, Source: s.ID, By: "link:" + l.ID, Link: l.ID})
}

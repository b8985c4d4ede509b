package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"adtally"
)

// connectLinks serves links with which a person who has the rights at a platform, but
// no account here, logs in for a source.
type connectLinks struct{ sources }

const (
	linkPath = "/api/v1/sources/{id}/connect-links"
	// usualLinkLife is the default lifetime of a link, in days.
	usualLinkLife = 7
)

func (g connectLinks) register() {
	handle(g.shell, operation{ID: "create-connect-link", Method: http.MethodPost, Path: linkPath, Tag: tagSources, Access: withSecrets, Status: http.StatusCreated,
		Summary: "Create a connect link", Text: "Anyone who opens the link can log in at the platform for this source, once. The link is shown in this response only."}, g.create)
	handle(g.shell, operation{ID: "list-connect-links", Method: http.MethodGet, Path: linkPath, Tag: tagSources, Access: withSecrets, Summary: "List the connect links of a source"}, g.list)
	handle(g.shell, operation{ID: "revoke-connect-link", Method: http.MethodDelete, Path: linkPath + "/{link}", Tag: tagSources, Access: withSecrets, Summary: "Revoke a connect link"}, g.revoke)
}

// ConnectLink is a connect link, without its code.
type ConnectLink struct {
	ID      string     `json:"id" doc:"ID of the link"`
	By      string     `json:"by" doc:"Who created the link, as kind:id"`
	ByName  string     `json:"by_name,omitempty" doc:"Current name of the creator; absent = unknown"`
	Made    time.Time  `json:"made" doc:"When the link was created"`
	Expires time.Time  `json:"expires" doc:"When the link expires"`
	Used    *time.Time `json:"used,omitempty" doc:"When the link was used; absent = not used"`
	Revoked *time.Time `json:"revoked,omitempty" doc:"When the link was revoked; absent = not revoked"`
	Open    bool       `json:"open" doc:"Whether the link can still be used"`
	URL     string     `json:"url,omitempty" doc:"The link itself; returned only when it is created" format:"uri-reference"`
}

func (g connectLinks) shown(l adtally.ConnectLink, address string, name func(string) string) ConnectLink {
	return ConnectLink{l.ID, l.By, name(l.By), l.Made.UTC(), l.Expires.UTC(), timeOrNil(l.Used), timeOrNil(l.Revoked), l.Open(g.Now()), address}
}

func (g connectLinks) create(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		Days int `json:"days,omitempty" minimum:"1" maximum:"30" doc:"Lifetime of the link in days; absent = 7"`
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
	Link string `path:"link" maxLength:"100" doc:"ID of the link"`
},
) (*nothing, error) {
	return nil, g.Links.RevokeConnectLink(ctx, in.ID, in.Link, g.audited(who, "link.revoke", object("source", in.ID), map[string]string{"link": in.Link}))
}

// LinkView shows the purpose of a connect link to its holder.
type LinkView struct {
	Source   string    `json:"source" doc:"Name of the source"`
	Platform string    `json:"platform" example:"Facebook Ads" doc:"Name of the platform"`
	Asks     string    `json:"asks" doc:"What the platform will ask the person to allow"`
	Expires  time.Time `json:"expires" doc:"When the link expires"`
}

// ByLinkCode is the part of an input that names a connect link by its code.
type ByLinkCode struct {
	Code string `path:"code" maxLength:"100" doc:"Code from the link"`
}

// opened returns a usable connect link and its source.
func (g platformLogins) opened(ctx context.Context, code string) (l adtally.ConnectLink, s adtally.SourceRecord, err error) {
	gone := refusal("link_gone", "This link is invalid, used or expired", "Ask the sender for a new link.")
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

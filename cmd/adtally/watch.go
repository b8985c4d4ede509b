package main

import (
	"context"
	"time"

	"adtally"
	"adtally/internal/notify"
	"adtally/internal/vault"
)

// watch tells people what is wrong with the sources.
func (s *service) watch(publicURL string) *notify.Watch {
	return &notify.Watch{
		Facts: s.store, Incidents: s.store, Post: s.store, Sender: &notify.Sender{Now: s.p.clock},
		Open: func(ctx context.Context, credential string) (adtally.Secret, error) {
			return s.vault.Open(ctx, credential, 0)
		},
		Link:     func(source string) string { return publicURL + "/sources/" + source },
		Versions: s.platforms.versions,
		Now:      s.p.clock, NewID: newID,
		Report: func(err error) { s.log.Error("the watch stumbled", "error", err) },
	}
}

// keep looks after the sources' tokens.
func (s *service) keep() *vault.Watch {
	return &vault.Watch{Vault: s.vault, Charges: s.store, Platform: s.platforms, Now: s.p.clock,
		Report: func(err error) { s.log.Error("the watch over the tokens stumbled", "error", err) }}
}

// sender are what the API knows of telling people.
type senders struct{ *notify.Watch }

// Kinds are the sorts of channels.
func (senders) Kinds() []adtally.Spec { return notify.Specs() }

// Check says what is wrong with a channel's settings.
func (c senders) Check(ch adtally.Channel) error { return c.Sender.Check(ch) }

// NewSecret is a key that a webhook's calls are signed with.
func (senders) NewSecret(kind string) adtally.Secret {
	if kind == "webhook" {
		return notify.NewSigningKey()
	}
	return adtally.Secret{}
}

// versions are those of the platforms' APIs, and when each ends.
func (l *platforms) versions() map[string]time.Time {
	all := map[string]time.Time{}
	for kind, create := range connectors {
		c, has := create(platform{today: l.p.clock()}).(interface{ Version() (string, time.Time) })
		if has {
			name, ends := c.Version()
			all[kind+" "+name] = ends
		}
	}
	return all
}

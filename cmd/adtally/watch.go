package main

import (
	"context"
	"time"

	"adtally"
	"adtally/internal/notify"
	"adtally/internal/vault"
)

// watch notifies people of problems with sources.
func (s *service) watch(publicURL string) *notify.Watch {
	return &notify.Watch{
		Facts: s.store, Incidents: s.store, Post: s.store, Sender: &notify.Sender{Now: s.p.clock},
		Open: func(ctx context.Context, credential string) (adtally.Secret, error) {
			return s.vault.Open(ctx, credential, 0)
		},
		Link:     func(source string) string { return publicURL + "/sources/" + source },
		Versions: s.platforms.versions,
		Files:    s.store.SendingFiles,
		Spending: &spending{answers: s.answers(), log: s.log},
		Now:      s.p.clock, NewID: newID,
		Report: func(err error) { s.log.Error("the watch stumbled", "error", err) },
	}
}

// keep checks and refreshes the sources' tokens.
func (s *service) keep() *vault.Watch {
	return &vault.Watch{Vault: s.vault, Charges: s.store, Platform: s.platforms, Now: s.p.clock,
		Report: func(err error) { s.log.Error("the watch over the tokens stumbled", "error", err) }}
}

// senders lets the API test and configure channels.
type senders struct{ *notify.Watch }

// Kinds returns the kinds of channels.
func (senders) Kinds() []adtally.Spec { return notify.Specs() }

// Check validates a channel's settings.
func (c senders) Check(ch adtally.Channel) error { return c.Sender.Check(ch) }

// NewSecret returns a new signing key for a webhook.
func (senders) NewSecret(kind string) adtally.Secret {
	if kind == "webhook" {
		return notify.NewSigningKey()
	}
	return adtally.Secret{}
}

// versions returns the API versions in use and when each ends.
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

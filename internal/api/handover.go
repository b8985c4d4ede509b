package api

import (
	"context"
	"slices"
	"time"

	"adtally"
)

// offer is a secret that passed inspection for a source and is not stored yet.
type offer struct {
	secret adtally.Secret
	grant  adtally.Grant
	login  string // ID of the login that it comes from; empty = none
}

// inspect checks a secret with the platform. It returns an offer if the secret is
// good, or if the caller has confirmed what it lacks.
func (g sources) inspect(ctx context.Context, who Caller, s adtally.SourceRecord, k TokenFrom) (*offer, error) {
	f, err := g.secretOf(ctx, who, s, k)
	if err != nil {
		return nil, err
	}
	b, err := g.before(ctx, s)
	if err != nil {
		return nil, err
	}
	i, secret, err := g.OAuth.Inspect(ctx, s.Connector, f.secret, b)
	if err != nil {
		return nil, platformProblem(err)
	}
	if s.Credential == "" && s.Revision > 0 && !k.Confirm { // accounts that were picked before the source had a token
		for _, a := range s.Accounts {
			if !slices.Contains(seenBy(i.Grant), a) {
				return nil, fieldRefusal{refusal("accounts_lost", "The token cannot see the ad account "+a+", which is picked", "Pick other accounts, use another token, or send confirm."), k.field()}
			}
		}
	}
	o := &offer{secret: secret, grant: i.Grant}
	if f.login != nil {
		o.login = f.login.ID
	}
	return o, rejection(i, k.Confirm)
}

// handover returns what is stored together with the secret.
func (o *offer) handover(a adtally.Admission, now time.Time) adtally.Handover {
	return adtally.Handover{Admission: a, Accounts: o.grant.Accounts, At: now, Taken: o.login}
}

// into sets the secret of a source and makes it due immediately.
func (o *offer) into(s *adtally.SourceRecord, a adtally.Admission, now time.Time) {
	s.Credential, s.Renewed = a.Credential.ID, now
	if s.Stage == adtally.Authentication && len(o.grant.Accounts) > 0 && (s.All || len(s.Accounts) > 0) {
		s.Stage = adtally.InitialLoad
	}
	if s.Stage != adtally.Authentication {
		s.Next = now
	}
}

func (g sources) replaceCredential(ctx context.Context, who Caller, in *struct {
	ByID
	Body TokenFrom
},
) (*oneSource, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !s.Deleted.IsZero() {
		return nil, refusal("conflict", "The source is deleted", "Restore it first.")
	}
	o, err := g.inspect(ctx, who, s, in.Body)
	if err != nil {
		return nil, err
	}
	s, err = g.handOver(ctx, who.String(), s, o, nil, g.audited(who, "credential.replace", object("source", s.ID), map[string]string{"who": o.grant.Who, "app": o.grant.App}))
	if err != nil {
		return nil, err
	}
	return g.with(ctx, s, o.grant)
}

// handOver stores the secret in the source for which it was inspected. It refuses if
// the source got another secret in the meantime, or if an edit changed what the
// inspection depends on; other edits do not matter.
func (g sources) handOver(ctx context.Context, by string, s adtally.SourceRecord, o *offer, l *adtally.Login, d adtally.AuditEntry) (adtally.SourceRecord, error) {
	for seen := s; ; {
		err := g.Vault.Admit(ctx, adtally.Credential{ID: seen.Credential, Connector: s.Connector, Name: s.Name}, o.secret, o.grant, by, func(ctx context.Context, a adtally.Admission) (err error) {
			h, now := o.handover(a, g.Now()), g.Now()
			h.Ended = l
			s, err = g.Sources.EditSource(ctx, seen.ID, seen.Revision, func(s *adtally.SourceRecord) { o.into(s, a, now) }, h, d)
			return err
		})
		if err == nil || adtally.FaultOf(err).Code != "stale_edit" {
			return s, err
		}
		fresh, err := g.Sources.Source(ctx, seen.ID)
		if err != nil {
			return s, err
		}
		if !sameFor(seen, fresh) {
			return s, refusal("conflict", "Somebody else changed the source while the token was checked", "Read the source again, and replace the token again if that is still needed.")
		}
		seen = fresh
	}
}

// sameFor reports whether the findings for a still hold for b.
func sameFor(a, b adtally.SourceRecord) bool {
	return a.Credential == b.Credential && a.Renewed.Equal(b.Renewed) && a.Deleted.Equal(b.Deleted) && a.All == b.All && slices.Equal(a.Accounts, b.Accounts)
}

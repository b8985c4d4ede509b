package api

import (
	"context"
	"slices"
	"time"

	"adtally"
)

// offer is a secret that was found good for a source, and is not kept yet.
type offer struct {
	secret adtally.Secret
	grant  adtally.Grant
	login  string // that it comes from; empty = none
}

// inspect asks the platform about a secret. It is offered where it is good, or
// somebody has confirmed what it lacks.
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
		return nil, foreign(err)
	}
	if s.Credential == "" && s.Revision > 0 && !k.Confirm { // what was picked before there was a token
		for _, a := range s.Accounts {
			if !slices.Contains(seenBy(i.Grant), a) {
				return nil, fieldRefusal{refusal("accounts_lost", "The token does not see the ad account "+a+", which was picked", "Pick other accounts, take another token, or confirm it."), k.field()}
			}
		}
	}
	o := &offer{secret: secret, grant: i.Grant}
	if f.login != nil {
		o.login = f.login.ID
	}
	return o, notTaken(i, k.Confirm)
}

// handover is what is decided together with the secret.
func (o *offer) handover(a adtally.Admission, now time.Time) adtally.Handover {
	return adtally.Handover{Admission: a, Accounts: o.grant.Accounts, At: now, Taken: o.login}
}

// into gives a source the secret. It is due at once then.
func (o *offer) into(s *adtally.SourceRecord, a adtally.Admission, now time.Time) {
	s.Credential, s.Renewed = a.Credential.ID, now
	if s.Stage == adtally.Authentication && len(o.grant.Accounts) > 0 && (s.All || len(s.Accounts) > 0) {
		s.Stage = adtally.InitialLoad
	}
	if s.Stage != adtally.Authentication {
		s.Next = now
	}
}

func (g sources) renew(ctx context.Context, who Caller, in *struct {
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
	return g.with(ctx, s, o.grant), nil
}

// handOver gives a source the secret that was found good for it as it was seen. One
// who was faster with another secret, or with a change that the finding depends on,
// is in the way; a change of something else is not.
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
			return s, refusal("conflict", "Somebody else has changed the source while the token was tested", "Look at the source, and give it the token again if it still needs it.")
		}
		seen = fresh
	}
}

// sameFor says that what was found of a secret still holds for a source.
func sameFor(a, b adtally.SourceRecord) bool {
	return a.Credential == b.Credential && a.Renewed.Equal(b.Renewed) && a.Deleted.Equal(b.Deleted) && a.All == b.All && slices.Equal(a.Accounts, b.Accounts)
}

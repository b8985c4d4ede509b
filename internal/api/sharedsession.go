package api

import (
	"context"
	"time"

	"adtally"
)

// sharedSessionLife is how long a holder need not give the password again.
const sharedSessionLife = 12 * time.Hour

// start compares a link's password. The attempt is counted before, so that attempts made at
// the same time cannot slip through together.
func (g shared) start(ctx context.Context, who Caller, in *struct {
	Body struct {
		Password string `json:"password" maxLength:"256" doc:"Password of the link"`
	}
},
) (*struct{ Body SharedSession }, error) {
	l, from, now := who.link, network(who.From), g.Now()
	until, err := g.Shares.CountShareTry(ctx, l.ID, from, now)
	if err != nil {
		return nil, err
	}
	if !until.IsZero() {
		return nil, &adtally.Fault{Act: adtally.Wait, Code: "share_busy", Message: "There were too many attempts", Hint: "Try again later.", Until: until}
	}
	good, err := g.Passwords.Matches(ctx, in.Body.Password, l.Password)
	if err != nil {
		return nil, err
	}
	if !good {
		return nil, refusal("share_wrong", "The password is wrong", "Try again, or ask the sender.")
	}
	if err := g.Shares.ForgetShareTries(ctx, l.ID, from); err != nil {
		return nil, err
	}
	secret := newToken()
	kept := adtally.ShareSession{Hash: hashed(secret), Link: l.ID, Version: l.Version, Expires: now.Add(sharedSessionLife)}
	return &struct{ Body SharedSession }{SharedSession{secret, kept.Expires.UTC()}}, g.Shares.AddShareSession(ctx, kept)
}

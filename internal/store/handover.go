package store

import (
	"context"
	"time"

	"adtally"
)

// handOver stores what is decided together with a source's new secret.
func (t txn) handOver(ctx context.Context, source string, h adtally.Handover) error {
	if err := t.admit(ctx, h.Admission); err != nil {
		return err
	}
	if err := t.seeAccounts(ctx, source, h.Accounts, h.At); err != nil {
		return err
	}
	if h.Taken != "" {
		if err := t.takeLogin(ctx, h.Taken, h.At); err != nil {
			return err
		}
	}
	if h.Ended != nil {
		return t.endLogin(ctx, *h.Ended)
	}
	return nil
}

// takeLogin marks a login as used, which works once, and destroys its copy of the secret,
// which a credential has now.
func (t txn) takeLogin(ctx context.Context, id string, now time.Time) error {
	n, err := t.exec(ctx, `UPDATE logins SET used = ? WHERE id = ? AND used IS NULL AND credential <> ''`, micros(now), id)
	if err == nil && n == 0 {
		err = configure("login_used", "this login was already used, or it failed", "Log in again.", nil)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, wipeWhere+`sealed IS NOT NULL AND credential = (SELECT credential FROM logins WHERE id = ?)`, micros(now), id)
	return err
}

// endLogin stores the result of a login. A successful login also uses up its connect link,
// which works once.
func (t txn) endLogin(ctx context.Context, l adtally.Login) error {
	if l.Link != "" && l.Fault == nil {
		if err := t.useLink(ctx, l.Link, l.Ended); err != nil {
			return err
		}
	}
	found := ""
	if l.Found != nil {
		var err error
		if found, err = asJSON(l.Found); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `UPDATE logins SET ended = ?, credential = ?, used = ?, found = ?, fault = ? WHERE id = ?`,
		micros(l.Ended), l.Credential, micros(l.Taken), found, faultText(l.Fault), l.ID)
	return err
}

func (t txn) useLink(ctx context.Context, id string, now time.Time) error {
	n, err := t.exec(ctx, `UPDATE connect_links SET used = ? WHERE id = ? AND used IS NULL AND revoked IS NULL AND expires > ?`, micros(now), id, now.UnixMicro())
	if err == nil && n == 0 {
		err = configure("link_gone", "this link is not valid or no longer valid", "Ask for a new one.", nil)
	}
	return err
}

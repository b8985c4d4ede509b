package store

import (
	"context"
	"time"

	"adtally"
)

// handOver stores what is decided together with a source's secret.
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

// takeLogin uses up a login, which can be done once, and destroys its secret, which
// now belongs to another credential.
func (t txn) takeLogin(ctx context.Context, id string, now time.Time) error {
	n, err := t.exec(ctx, `UPDATE logins SET used = ? WHERE id = ? AND used IS NULL AND credential <> ''`, micros(now), id)
	if err == nil && n == 0 {
		err = configure("login_used", "this login was already used, or failed", "Log in again.", nil)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, wipeWhere+`sealed IS NOT NULL AND credential = (SELECT credential FROM logins WHERE id = ?)`, micros(now), id)
	return err
}

// endLogin stores the outcome of a login. A successful login uses up its connect link,
// which can be done once.
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
		err = configure("link_gone", "this link is invalid, used or expired", "Ask for a new link.", nil)
	}
	return err
}

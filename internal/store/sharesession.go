package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

// AddShareSession stores the session of a holder who gave a link's password.
func (db *DB) AddShareSession(ctx context.Context, s adtally.ShareSession) error {
	_, err := db.exec(ctx, "add a share session", `INSERT INTO share_sessions (hash, link, version, expires) VALUES (?, ?, ?, ?)`, s.Hash, s.Link, s.Version, s.Expires.UnixMicro())
	return err
}

// ShareSession returns the session whose secret has a hash.
func (db *DB) ShareSession(ctx context.Context, hash string) (adtally.ShareSession, error) {
	var all []adtally.ShareSession
	err := db.query(ctx, "read a share session", func(rows *sql.Rows) error {
		var s adtally.ShareSession
		var expires int64
		err := rows.Scan(&s.Hash, &s.Link, &s.Version, &expires)
		s.Expires = time.UnixMicro(expires).UTC()
		all = append(all, s)
		return err
	}, `SELECT hash, link, version, expires FROM share_sessions WHERE hash = ?`, hash)
	return one(all, err, "share session")
}

// Limits of attempts at passwords of links: see docs/decisions/0036.
const (
	freePerPair    = 5   // of an address at a link: typing errors
	freePerLink    = 100 // an hour, of all addresses at a link
	freePerAddress = 50  // an hour, of an address at all links
	triesPeriod    = time.Hour
	longestWait    = 15 * time.Minute
	pauseOfLink    = 30 * time.Second
)

// shareTries are the attempts of one kind.
type shareTries struct {
	count       int64
	since, last time.Time
}

func (t txn) shareTries(ctx context.Context, what string) (s shareTries, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var since, last int64
		err := rows.Scan(&s.count, &since, &last)
		s.since, s.last = time.UnixMicro(since).UTC(), time.UnixMicro(last).UTC()
		return err
	}, `SELECT tries, since, last FROM share_tries WHERE what = ?`, what)
	return s, err
}

// pairUntil is until when an address must wait at a link: twice as long after each attempt.
func (s shareTries) pairUntil() time.Time {
	over := s.count - freePerPair
	if over < 0 {
		return time.Time{}
	}
	return s.last.Add(min(time.Second<<min(over+1, 12), longestWait))
}

// CountShareTry counts an attempt, before the password is compared: attempts at the same time
// are counted one after the other. If it comes too early, it counts nothing and returns until
// when to wait.
func (db *DB) CountShareTry(ctx context.Context, link, address string, now time.Time) (until time.Time, err error) {
	pair, of, from := "both "+link+" "+address, "link "+link, "address "+address
	err = db.write(ctx, "count an attempt", func(tx txn) error {
		until = time.Time{}
		kept := map[string]shareTries{}
		for _, what := range []string{pair, of, from} {
			s, err := tx.shareTries(ctx, what)
			if err != nil {
				return err
			}
			idle := what == pair && now.Sub(s.last) >= triesPeriod
			if idle || what != pair && now.Sub(s.since) >= triesPeriod {
				s = shareTries{since: now}
			}
			kept[what] = s
		}
		waits := []time.Time{kept[pair].pairUntil()}
		if s := kept[of]; s.count >= freePerLink {
			waits = append(waits, s.last.Add(pauseOfLink))
		}
		if s := kept[from]; s.count >= freePerAddress {
			waits = append(waits, s.since.Add(triesPeriod))
		}
		for _, w := range waits {
			if w.After(now) && w.After(until) {
				until = w
			}
		}
		if !until.IsZero() {
			return nil
		}
		for what, s := range kept {
			if err := tx.keepShareTries(ctx, what, s, now); err != nil {
				return err
			}
		}
		return nil
	})
	return until, err
}

func (t txn) keepShareTries(ctx context.Context, what string, s shareTries, now time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO share_tries (what, tries, since, last) VALUES (?, ?, ?, ?)
		ON CONFLICT (what) DO UPDATE SET tries = excluded.tries, since = excluded.since, last = excluded.last`, what, s.count+1, s.since.UnixMicro(), now.UnixMicro())
	return err
}

// ForgetShareTries takes back the attempts of an address at a link, because one was right.
func (db *DB) ForgetShareTries(ctx context.Context, link, address string) error {
	_, err := db.exec(ctx, "forget attempts", `DELETE FROM share_tries WHERE what = ?`, "both "+link+" "+address)
	return err
}

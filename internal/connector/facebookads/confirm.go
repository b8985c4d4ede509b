package facebookads

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// oneListOnly is the cure when an error looks like a dead token but the token still
// works.
var oneListOnly = cure{act: actConfigure, message: "Meta refuses a part of the request although the token is valid",
	hint: "Grant the permission that Meta names, or leave the table out. The token itself is fine, and the other tables are still read."}

// idleSubcode means that the token's owner has not used the app for 90 days
// (docs/meta-api.md#tokens). Such a token can still read "me", so confirm would not find
// it dead.
const idleSubcode = 493

// confirm asks Meta whether a token is dead when an error suggests it: Meta also sends
// code 190 for a permission that only one list needs (docs/meta-api.md#errors). The token
// counts as dead only if "me" fails as well.
func (g *graph) confirm(ctx context.Context, err error) error {
	if err == nil || adtally.FaultOf(err).Act != adtally.Reconnect {
		return err
	}
	subcode := 0
	if r := refusalOf(err); r != nil && r.graph != nil {
		subcode = r.graph.Subcode
	}
	if subcode == idleSubcode {
		return err
	}
	says := g.checkToken(ctx)
	switch {
	case says == nil:
		return partOnly(err)
	case adtally.FaultOf(says).Act != adtally.Reconnect && subcode == 0:
		return says // unknown: the next attempt checks again
	case classOf(err) == classTokenInvalid:
		return says // its text may say more
	}
	return err
}

// tokenState caches whether a token still works.
type tokenState struct {
	mu    sync.Mutex
	dead  error     // Meta's error; nil = not known to be dead
	until time.Time // the token counts as alive until then
}

// aliveTTL is how long a successful check is trusted: many lists may be refused at the
// same time.
const aliveTTL = 5 * time.Minute

// checkToken asks Meta whether the token works.
func (g *graph) checkToken(ctx context.Context) error {
	g.token.mu.Lock()
	defer g.token.mu.Unlock()
	if now := g.fetch.Now(); g.token.dead != nil || now.Before(g.token.until) {
		return g.token.dead
	}
	_, err := g.get(ctx, "me", budget{}, url.Values{"fields": {"id"}})
	if err == nil {
		g.token.until = g.fetch.Now().Add(aliveTTL)
	} else if adtally.FaultOf(err).Act == adtally.Reconnect {
		g.token.dead = err
	}
	return err
}

func partOnly(err error) error {
	r := refusalOf(err)
	if r == nil {
		return refuse(rule{class: classPermission, cure: &oneListOnly}, nil, fetch.Answer{})
	}
	out := refuse(rule{class: classPermission, cure: &oneListOnly}, r.graph, fetch.Answer{})
	out.job = r.job
	return out
}

// permission matches the names of Meta's permissions.
var permission = regexp.MustCompile(`\b(?:ads|attribution|business|catalog|commerce|instagram|leads|manage|page|pages|publish|read|threads|user|whatsapp)_[a-z_]+[a-z]\b`)

// namedPermissions lists the permissions that a message names, joined for a sentence.
func namedPermissions(message string) string {
	names := permission.FindAllString(message, -1)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

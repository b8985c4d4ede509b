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

// oneListOnly is for a refusal that sounds like a dead token, of a token that
// lives.
var oneListOnly = cure{act: actConfigure, message: "Meta refuses a part of what was asked, although the token is valid",
	hint: "Grant the permission that Meta names, or leave the table out. The token itself is fine, and the other tables go on."}

// deaths are the subcodes by which Meta says itself how a token died (META_API.md
// §6). After 493 a person may still ask who they are (§7.6).
var deaths = []int{458, 459, 460, 463, 464, 467, 490, 493}

// confirm asks Meta whether a token is dead, where one answer sounds so and does not
// say how it died: code 190 also comes for a permission that only one list needs
// (META_API.md §6). The token is dead only if me says so as well.
func (g *graph) confirm(ctx context.Context, err error) error {
	if err == nil || adtally.FaultOf(err).Act != adtally.Reconnect {
		return err
	}
	if r := refusalOf(err); r != nil && r.graph != nil && slices.Contains(deaths, r.graph.Subcode) {
		return err
	}
	says := g.lives(ctx)
	switch {
	case says == nil:
		return partOnly(err)
	case adtally.FaultOf(says).Act != adtally.Reconnect:
		return says // nobody knows, and the next try asks again
	case classOf(err) == classTokenInvalid:
		return says // it may say more
	}
	return err
}

// life is what is known of whether a token lives.
type life struct {
	mu    sync.Mutex
	dead  error     // what Meta said; nil = it is not known to be dead
	until time.Time // it counts as alive
}

// aliveFor is how long Meta's word that a token lives is believed: many lists may
// be refused at the same time.
const aliveFor = 5 * time.Minute

// lives asks Meta whether the token lives.
func (g *graph) lives(ctx context.Context) error {
	g.life.mu.Lock()
	defer g.life.mu.Unlock()
	if now := g.fetch.Now(); g.life.dead != nil || now.Before(g.life.until) {
		return g.life.dead
	}
	_, err := g.get(ctx, "me", budget{}, url.Values{"fields": {"id"}})
	if err == nil {
		g.life.until = g.fetch.Now().Add(aliveFor)
	} else if adtally.FaultOf(err).Act == adtally.Reconnect {
		g.life.dead = err
	}
	return err
}

func partOnly(err error) error {
	var e *graphError
	if r := refusalOf(err); r != nil {
		e = r.graph
	}
	return refuse(rule{class: classPermission, cure: &oneListOnly}, e, fetch.Answer{})
}

// permission is the form of the names of Meta's permissions.
var permission = regexp.MustCompile(`\b(?:ads|attribution|business|catalog|commerce|instagram|leads|manage|page|pages|publish|read|threads|user|whatsapp)_[a-z_]+[a-z]\b`)

// namedPermissions are those that a message names, in a sentence's form.
func namedPermissions(message string) string {
	names := permission.FindAllString(message, -1)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

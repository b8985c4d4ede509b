package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"adtally"
)

// GivenDashboards store which dashboards guests may see.
type GivenDashboards interface {
	GivenDashboards(ctx context.Context, user string) ([]adtally.GivenDashboard, error)
	// GiveDashboards replaces them, and revokes the links that the user has open.
	GiveDashboards(ctx context.Context, user string, all []adtally.GivenDashboard, d adtally.AuditEntry) error
	// CloseOpened revokes the links that a guest has open.
	CloseOpened(ctx context.Context, user string, d adtally.AuditEntry) error
}

// givens serve the dashboards that guests were given. A guest opens one by a link of their own,
// so that what a share link keeps from its holder is kept from guests as well.
type givens struct{ shareLinks }

// forGuests is what guests may do besides managing their login.
var forGuests = Access{Role: adtally.Guest, Person: true}

func (g givens) register() {
	const one, mine = "/api/v1/users/{id}/dashboards", "/api/v1/given-dashboards"
	handle(g.shell, operation{ID: "list-user-dashboards", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "List the dashboards that a guest was given"}, g.of)
	handle(g.shell, operation{ID: "set-user-dashboards", Method: http.MethodPut, Path: one, Tag: tagPeople, Access: Access{Role: adtally.Admin, Person: true}, Summary: "Give dashboards to a guest",
		Text: "The list replaces the one before. What the guest has open is closed. People with other roles see all dashboards anyway."}, g.give)
	handle(g.shell, operation{ID: "list-given-dashboards", Method: http.MethodGet, Path: mine, Tag: tagSharing, Access: forGuests, Summary: "List the dashboards that the caller was given"}, g.list)
	handle(g.shell, operation{ID: "open-given-dashboard", Method: http.MethodPost, Path: mine + "/{id}/open", Tag: tagSharing, Access: forGuests, Status: http.StatusCreated, Summary: "Open a dashboard that the caller was given",
		Text: "The path ends after 12 hours, when the caller logs out anywhere, and with the caller's access."}, g.open)
}

// GivenDashboard is a dashboard that a guest may see.
type GivenDashboard struct {
	Dashboard string      `json:"dashboard" maxLength:"100" doc:"ID of the dashboard"`
	Lock      []ShareLock `json:"lock,omitempty" nullable:"false" maxItems:"20" doc:"Forced filters. All of them hold"`
}

// GivenTitle is a dashboard as the guest sees it in a list.
type GivenTitle struct {
	ID          string `json:"id" doc:"ID of the dashboard"`
	Title       string `json:"title" doc:"Title of the dashboard"`
	Description string `json:"description,omitempty" doc:"What the dashboard is for"`
}

// OpenedDashboard is where a guest sees a dashboard.
type OpenedDashboard struct {
	Path string `json:"path" doc:"Path of the page on this server; keep it secret"`
}

func (g givens) of(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[GivenDashboard], error) {
	if _, err := g.Store.User(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Given.GivenDashboards(ctx, in.ID)
	out := &listed[GivenDashboard]{}
	out.Body.Items = []GivenDashboard{}
	for _, d := range all {
		one := GivenDashboard{Dashboard: d.Dashboard}
		for _, l := range d.Lock {
			one.Lock = append(one.Lock, ShareLock(l))
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, err
}

func (g givens) give(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		Items []GivenDashboard `json:"items" nullable:"false" maxItems:"200" doc:"Dashboards"`
	}
},
) (*listed[GivenDashboard], error) {
	known, err := g.dimensionNames(ctx)
	if err != nil {
		return nil, err
	}
	var all []adtally.GivenDashboard
	var names []string
	for i, d := range in.Body.Items {
		field := fmt.Sprintf("body.items[%d].dashboard", i)
		if _, err := g.read(ctx, d.Dashboard); missing(err) {
			return nil, invalid(field, "There is no such dashboard")
		} else if err != nil {
			return nil, err
		}
		if slices.Contains(names, d.Dashboard) {
			return nil, invalid(field, "This dashboard is there twice")
		}
		names = append(names, d.Dashboard)
		given := adtally.GivenDashboard{User: in.ID, Dashboard: d.Dashboard, Lock: []adtally.ShareLock{}, Giver: who.ID, Created: g.Now()}
		for j, l := range d.Lock {
			if !slices.Contains(known, l.Dimension) {
				return nil, invalid(fmt.Sprintf("body.items[%d].lock[%d].dimension", i, j), fmt.Sprintf("There is no dimension %q", l.Dimension))
			}
			given.Lock = append(given.Lock, adtally.ShareLock{Dimension: l.Dimension, In: orEmpty(l.In)})
		}
		all = append(all, given)
	}
	audit := g.audited(who, "user.dashboards", object("user", in.ID), map[string]string{"dashboards": strings.Join(names, ", ")})
	if err := g.Given.GiveDashboards(ctx, in.ID, all, audit); err != nil {
		return nil, err
	}
	return g.of(ctx, who, &struct{ ByID }{in.ByID})
}

func (g givens) list(ctx context.Context, who Caller, _ *struct{}) (*listed[GivenTitle], error) {
	all, err := g.Given.GivenDashboards(ctx, who.ID)
	out := &listed[GivenTitle]{}
	out.Body.Items = []GivenTitle{}
	for _, d := range all {
		board, err := g.read(ctx, d.Dashboard)
		if missing(err) {
			continue // it was deleted
		}
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, GivenTitle{board.ID, board.Title, board.Description})
	}
	return out, err
}

// givenLife is how long an opened dashboard stays open: a working day.
const givenLife = 12 * time.Hour

func (g givens) open(ctx context.Context, who Caller, in *struct{ ByID }) (*struct{ Body OpenedDashboard }, error) {
	all, err := g.Given.GivenDashboards(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(d adtally.GivenDashboard) bool { return d.Dashboard == in.ID })
	if i < 0 {
		return nil, refusal("not_found", "There is no such dashboard", "Ask an admin to give it to you.")
	}
	now := g.Now()
	l := adtally.ShareLink{ID: g.NewID(), Name: "For " + who.Name, Dashboard: in.ID, Maker: all[i].Giver, Holder: who.ID, Version: 1, Created: now, Updated: now, Preview: true,
		ShareTerms: adtally.ShareTerms{Lock: all[i].Lock, Open: []string{}, Origins: []string{}, Download: true, Expires: now.Add(givenLife)}}
	if err := g.freeze(ctx, &l); err != nil {
		return nil, err
	}
	spec, err := specOf(l)
	if err != nil {
		return nil, err
	}
	for _, f := range spec.Filters {
		l.Open = append(l.Open, f.Dimension)
	}
	token, hash := NewShareToken()
	l.Hash = hash
	err = g.Shares.AddShareLink(ctx, l, g.audited(who, "share.create", object("share", l.ID), map[string]string{"dashboard": l.Dashboard}))
	return &struct{ Body OpenedDashboard }{OpenedDashboard{SharePath(token)}}, err
}

// holds reports whether the person for whom a link was made may still see what they were given.
func (s *shell) holds(ctx context.Context, l adtally.ShareLink) (bool, error) {
	if l.Holder == "" {
		return true, nil
	}
	u, err := s.Store.User(ctx, l.Holder)
	if missing(err) {
		return false, nil
	}
	return err == nil && !u.Disabled, err
}

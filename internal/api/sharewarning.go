package api

import (
	"context"
	"fmt"
	"slices"

	"adtally"
	"adtally/internal/analytics"
)

// check says what a link with these settings would show that its maker may not expect. It
// builds the same questions as the link's holder would.
func (g shareLinks) check(ctx context.Context, who Caller, in *struct {
	Body struct {
		ShareLinkForm
		Password bool `json:"password,omitempty" doc:"Whether the link would have a password"`
	}
},
) (*listed[ShareWarning], error) {
	l := adtally.ShareLink{Maker: who.ID}
	if err := g.fill(ctx, &l, in.Body.ShareLinkForm, true); err != nil {
		return nil, err
	}
	b, err := g.boardOf(ctx, l)
	if err != nil {
		return nil, err
	}
	out := &listed[ShareWarning]{}
	out.Body.Items = b.plainWarnings(in.Body.Password)
	tiles, err := g.tileWarnings(ctx, b)
	if err != nil {
		return nil, err
	}
	others, err := g.overlaps(ctx, l)
	out.Body.Items = orEmpty(slices.Concat(out.Body.Items, tiles, others))
	return out, err
}

// plainWarnings are those that follow from the settings alone.
func (b sharedBoard) plainWarnings(password bool) []ShareWarning {
	all := []ShareWarning{}
	warn := func(when bool, code, message string) {
		if when {
			all = append(all, ShareWarning{Code: code, Message: message})
		}
	}
	warn(!password, "no_password", "Everybody who gets the address sees the dashboard, because the link has no password.")
	warn(b.Expires.IsZero(), "no_end", "The link never expires.")
	warn(len(b.Lock) == 0, "no_lock", "The link shows the figures of all accounts and clients, because it has no forced filter.")
	warn(b.Fee != "", "fee_known", "A holder who knows the fee can compute the actual spend.")
	return all
}

// tileWarnings are about tiles that refuse, and texts that people wrote.
func (g shareLinks) tileWarnings(ctx context.Context, b sharedBoard) (all []ShareWarning, err error) {
	for i, t := range b.spec.Tiles {
		if t.Text != "" {
			all = append(all, ShareWarning{"text", fmt.Sprintf("The holder reads the text of tile %d as it is; no filter changes it.", i+1), t.ID})
		}
		if t.Kind == analytics.TextTile {
			continue
		}
		if !t.Asks() {
			all = append(all, ShareWarning{"tile_refused", fmt.Sprintf("Tile %d is about the state of sources, which no link shows.", i+1), t.ID})
			continue
		}
		_, q, err := b.question(sharedQuestion{BySharedTile: BySharedTile{i + 1}})
		if err == nil {
			err = g.Analytics.Possible(ctx, q)
		}
		if code := analyticsCode(err); code != "" {
			all = append(all, ShareWarning{"tile_refused", fmt.Sprintf("Tile %d cannot be shown with these settings: %s.", i+1, refusalText(err)), t.ID})
		} else if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mostOverlaps is how many links of a dashboard are compared.
const mostOverlaps = 200

// overlaps warns of links of one dashboard whose difference is one member: their holders
// together know its figures.
func (g shareLinks) overlaps(ctx context.Context, l adtally.ShareLink) (all []ShareWarning, err error) {
	others, err := g.Shares.ShareLinks(ctx, "", l.Dashboard, adtally.PagePosition{}, mostOverlaps)
	for _, o := range others {
		if o.IsOpen(g.Now()) && len(o.Lock) == 1 && len(l.Lock) == 1 && o.Lock[0].Dimension == l.Lock[0].Dimension && differByOne(o.Lock[0].In, l.Lock[0].In) {
			all = append(all, ShareWarning{Code: "differences", Message: fmt.Sprintf("This link and the link %q differ by one member, so that somebody who has both can compute its figures.", o.Name)})
		}
	}
	return all, err
}

// differByOne reports whether one list has all of the other and one member more.
func differByOne(a, b []string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	more := slices.DeleteFunc(slices.Clone(a), func(v string) bool { return slices.Contains(b, v) })
	return len(b) > 0 && len(more) == 1 && len(a) == len(b)+1
}

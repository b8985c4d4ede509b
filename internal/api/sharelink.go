package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// shareLinks serves the management of share links. Holders use shared.
type shareLinks struct{ dashboards }

// forSharers may share dashboards. A key may not: a leaked one could make links that outlive it.
var forSharers = Access{Role: adtally.Editor, Person: true}

func (g shareLinks) register() {
	const list, one = "/api/v1/share-links", "/api/v1/share-links/{id}"
	handle(g.shell, operation{ID: "list-share-links", Method: http.MethodGet, Path: list, Tag: tagSharing, Access: forSharers, Summary: "List share links, newest first", Text: "Admins see all links, others their own."}, g.list)
	handle(g.shell, operation{ID: "create-share-link", Method: http.MethodPost, Path: list, Tag: tagSharing, Access: forSharers, Status: http.StatusCreated, Summary: "Share a dashboard by a link",
		Text: "The address is returned in this response only. The link shows the dashboard as it is now; update-share-link with refresh takes later changes over.", Refuses: []int{http.StatusServiceUnavailable}}, g.create)
	handle(g.shell, operation{ID: "check-share-link", Method: http.MethodPost, Path: list + "/check", Tag: tagSharing, Access: forSharers, Summary: "Say what a share link would show that its maker may not expect"}, g.check)
	handle(g.shell, operation{ID: "get-share-link", Method: http.MethodGet, Path: one, Tag: tagSharing, Access: forSharers, Summary: "Get a share link"}, g.get)
	handle(g.shell, operation{ID: "update-share-link", Method: http.MethodPut, Path: one, Tag: tagSharing, Access: forSharers, Summary: "Change a share link",
		Text: "All settings are replaced, except the password. All sessions of the link end, and open pages are emptied.", Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.change)
	handle(g.shell, operation{ID: "revoke-share-link", Method: http.MethodDelete, Path: one, Tag: tagSharing, Access: forSharers, Summary: "Revoke a share link", Text: "Its holders get 410 at once, also on open pages."}, g.revoke)
	handle(g.shell, operation{ID: "list-share-openings", Method: http.MethodGet, Path: one + "/openings", Tag: tagSharing, Access: forSharers, Summary: "List when a share link was opened, newest first", Text: "Openings are kept for 90 days. They hold no address."}, g.openings)
}

// ShareLinkForm is what a link shows, and to whom.
type ShareLinkForm struct {
	Name      string               `json:"name" pattern:"\\S" maxLength:"200" doc:"Name of the link, for its maker: its holders do not see it"`
	Dashboard string               `json:"dashboard" maxLength:"100" doc:"ID of the dashboard"`
	Lock      []ShareLock          `json:"lock,omitempty" nullable:"false" maxItems:"20" doc:"Forced filters. All of them hold, and no request of a holder can widen them"`
	Days      *analytics.DateRange `json:"days,omitempty" doc:"Days that the link is locked to; absent = all days"`
	Fee       string               `json:"fee,omitempty" pattern:"^(0|[0-9](\\.[0-9]{1,4})?)?$" example:"0.15" doc:"Share that is added to spend: 0.15 shows spend × 1.15. The holder sees no other spend. Absent = none"`
	Filters   []string             `json:"filters,omitempty" nullable:"false" maxItems:"20" doc:"Dimensions of the dashboard's filters that the holder may set. The others stay as they are set in the dashboard"`
	Download  bool                 `json:"download,omitempty" doc:"Whether the holder may download the figures"`
	Origins   []string             `json:"origins,omitempty" nullable:"false" maxItems:"20" doc:"Sites that may embed the link, such as https://intranet.example.com. Absent = none"`
	Expires   time.Time            `json:"expires,omitzero" required:"false" doc:"When the link expires; absent = never"`
}

// ShareLock is a forced filter of a link.
type ShareLock struct {
	Dimension string   `json:"dimension" maxLength:"100" doc:"Name of the dimension"`
	In        []string `json:"in" nullable:"false" maxItems:"1000" doc:"IDs of the members that are shown. Without one, nothing is shown"`
}

// ShareLink is a link to a dashboard, without its token.
type ShareLink struct {
	ID string `json:"id" doc:"ID of the link"`
	ShareLinkForm
	Title      string     `json:"title" doc:"Title of the dashboard when it was shared"`
	Password   bool       `json:"password" doc:"Whether the link asks for a password"`
	State      string     `json:"state" enum:"open,expired,revoked,asleep" doc:"asleep = its maker was disabled or may not share any more, so that the link shows nothing"`
	Behind     bool       `json:"behind" doc:"Whether the dashboard was changed since it was shared"`
	By         string     `json:"created_by" doc:"Who created the link, as kind:id"`
	ByName     string     `json:"created_by_name,omitempty" doc:"Current name of that person"`
	Created    time.Time  `json:"created" doc:"When the link was created"`
	Updated    time.Time  `json:"updated" doc:"When the link was last changed"`
	Revoked    *time.Time `json:"revoked,omitempty" doc:"When the link was revoked; absent = it was not"`
	Opened     int        `json:"opened" doc:"Openings in the last 90 days, without those by robots"`
	Devices    int        `json:"devices" doc:"Different devices among them, each counted once a day"`
	LastOpened *time.Time `json:"last_opened,omitempty" doc:"When the link was last opened; absent = not in the last 90 days"`
	ETag       string     `json:"etag" doc:"Send it as If-Match with an update"`
}

// NewShareLink is a link with its address.
type NewShareLink struct {
	ShareLink
	Token   string `json:"token" doc:"Token of the link; returned only here" example:"ats_…"`
	Address string `json:"address" doc:"Address to give to the holders; returned only here"`
}

// ShareOpening is one time that a link was opened.
type ShareOpening struct {
	At      time.Time `json:"at" doc:"When it was opened"`
	Browser string    `json:"browser" example:"Firefox" doc:"Family of the browser"`
	Device  string    `json:"device" doc:"Equal for openings of one address on one day"`
	Bot     bool      `json:"bot" doc:"Whether a robot opened it"`
}

// ShareWarning says what a link would show that its maker may not expect.
type ShareWarning struct {
	Code    string `json:"code" enum:"no_password,no_end,no_lock,tile_refused,text,fee_known,differences" doc:"Stable code for programs"`
	Message string `json:"message" doc:"What the maker must know, in one sentence"`
	Tile    string `json:"tile,omitempty" doc:"ID of the tile in the dashboard"`
}

type oneShareLink struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body ShareLink
}

func (g shareLinks) list(ctx context.Context, who Caller, in *struct {
	Pages
	Dashboard string `query:"dashboard" maxLength:"100" doc:"Only links of this dashboard"`
},
) (*listed[ShareLink], error) {
	name, maker := g.names(ctx), who.ID
	if who.Role == adtally.Admin {
		maker = ""
	}
	return newest(g.shell, "share links "+maker+" "+in.Dashboard, in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.ShareLink, error) {
		return g.Shares.ShareLinks(ctx, maker, in.Dashboard, before, limit)
	}, func(l adtally.ShareLink) ShareLink { return g.shown(ctx, l, name) }, func(l adtally.ShareLink) adtally.PagePosition { return adtally.PagePosition{At: l.Created, ID: l.ID} })
}

// find returns a link of the caller's, or any link for an admin.
func (g shareLinks) find(ctx context.Context, who Caller, id string) (adtally.ShareLink, error) {
	l, err := g.Shares.ShareLink(ctx, id)
	if err == nil && (l.Preview || l.Maker != who.ID && who.Role != adtally.Admin) {
		return l, refusal("not_found", "There is no such share link", "Reload the list of links.")
	}
	return l, err
}

func (g shareLinks) get(ctx context.Context, who Caller, in *struct{ ByID }) (*oneShareLink, error) {
	l, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := g.shown(ctx, l, g.names(ctx))
	return &oneShareLink{out.ETag, out}, nil
}

// tokenPrefix starts the token of every share link, so that secret scanners can recognize one.
const tokenPrefix = "ats_"

// newToken returns 32 random bytes as text.
func newToken() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// NewShareToken returns the token of a new link, and the hash of it that is stored.
func NewShareToken() (token, hash string) {
	token = tokenPrefix + newToken()
	return token, hashed(token)
}

// SharePath is the path of the page of the link with a token.
func SharePath(token string) string { return sharedPage + token }

func (g shareLinks) create(ctx context.Context, who Caller, in *struct {
	Body struct {
		ShareLinkForm
		Password string `json:"password,omitempty" maxLength:"256" doc:"Password that the holders must give, at least 8 characters; absent = none"`
		Preview  bool   `json:"preview,omitempty" doc:"Create a link to look at: it is not listed, and expires after 15 minutes"`
	}
},
) (*struct{ Body NewShareLink }, error) {
	now := g.Now()
	l := adtally.ShareLink{ID: g.NewID(), Maker: who.ID, Version: 1, Created: now, Updated: now, Preview: in.Body.Preview}
	if err := g.fill(ctx, &l, in.Body.ShareLinkForm, true); err != nil {
		return nil, err
	}
	if err := g.protectLink(ctx, &l, in.Body.Password); err != nil {
		return nil, err
	}
	if l.Preview {
		l.Expires = now.Add(previewLife)
	}
	token, hash := NewShareToken()
	l.Hash = hash
	detail := map[string]string{"name": l.Name, "dashboard": l.Dashboard}
	if err := g.Shares.AddShareLink(ctx, l, g.audited(who, "share.create", object("share", l.ID), detail)); err != nil {
		return nil, err
	}
	out := NewShareLink{g.shown(ctx, l, g.names(ctx)), token, strings.TrimSuffix(g.PublicURL, "/") + sharedPage + token}
	return &struct{ Body NewShareLink }{out}, nil
}

// previewLife is how long a link that was made to look at can be used.
const previewLife = 15 * time.Minute

func (g shareLinks) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body struct {
		ShareLinkForm
		Password *string `json:"password,omitempty" maxLength:"256" doc:"New password; empty = none, absent = it stays as it is"`
		Refresh  bool    `json:"refresh,omitempty" doc:"Show the dashboard as it is now; otherwise as it was shared"`
	}
},
) (*oneShareLink, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	l, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Dashboard != l.Dashboard {
		return nil, invalid("body.dashboard", "A link cannot be moved to another dashboard")
	}
	if err := g.fill(ctx, &l, in.Body.ShareLinkForm, in.Body.Refresh); err != nil {
		return nil, err
	}
	if in.Body.Password != nil {
		if err := g.protectLink(ctx, &l, *in.Body.Password); err != nil {
			return nil, err
		}
	}
	l.Version, l.Updated = version, g.Now()
	if err := g.Shares.EditShareLink(ctx, l, g.audited(who, "share.update", object("share", l.ID), nil)); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{in.ByID})
}

func (g shareLinks) revoke(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	l, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, g.Shares.RevokeShareLink(ctx, l.ID, g.audited(who, "share.revoke", object("share", l.ID), nil))
}

func (g shareLinks) openings(ctx context.Context, who Caller, in *struct {
	ByID
	Pages
},
) (*listed[ShareOpening], error) {
	l, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return newest(g.shell, "share openings "+l.ID, in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.ShareOpening, error) {
		return g.Shares.ShareOpenings(ctx, l.ID, before, limit)
	}, func(o adtally.ShareOpening) ShareOpening {
		return ShareOpening{o.At.UTC(), o.Browser, o.Visitor, o.Bot}
	},
		func(o adtally.ShareOpening) adtally.PagePosition { return adtally.PagePosition{At: o.At, ID: o.ID} })
}

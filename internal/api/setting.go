package api

import (
	"context"
	"net/http"
	"slices"

	"adtally"
)

// settings are what an admin sets for everybody.
type settings struct{ sources }

const (
	tagSettings = "settings"
	appPath     = "/api/v1/catalog/{connector}/app"
)

func (g settings) register() {
	handle(g.shell, operation{ID: "get-settings", Method: http.MethodGet, Path: "/api/v1/settings", Tag: tagSettings, Access: forAdmins, Summary: "Show what is set for everybody"}, g.get)
	handle(g.shell, operation{ID: "update-settings", Method: http.MethodPatch, Path: "/api/v1/settings", Tag: tagSettings, Access: forAdmins, Summary: "Set something for everybody"}, g.change)
	handle(g.shell, operation{ID: "get-app", Method: http.MethodGet, Path: appPath, Tag: tagSettings, Access: forAdmins, Summary: "Show the installation's app at a platform"}, g.app)
	handle(g.shell, operation{ID: "set-app", Method: http.MethodPut, Path: appPath, Tag: tagSettings, Access: forAdmins, Summary: "Set the installation's app at a platform",
		Text: "The platform is asked first whether the id and the secret belong together.", Refuses: []int{http.StatusServiceUnavailable}}, g.setApp)
	handle(g.shell, operation{ID: "delete-app", Method: http.MethodDelete, Path: appPath, Tag: tagSettings, Access: forAdmins, Summary: "Forget the installation's app at a platform",
		Text: "Tokens live on; they are not extended any more."}, g.removeApp)
	handle(g.shell, operation{ID: "list-faults", Method: http.MethodGet, Path: "/api/v1/catalog/{connector}/faults", Tag: tagSources, Access: forViewers,
		Summary: "List the ways in which a token, a login or an app fails"}, g.faults)
}

// InstallationSettings are what an admin sets for everybody.
type InstallationSettings struct {
	Reveal bool `json:"reveal" doc:"Let the entitled see a token again"`
}

type oneSettings struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an edit"`
	Body InstallationSettings
}

func (g settings) get(ctx context.Context, _ Caller, _ *struct{}) (*oneSettings, error) {
	s, err := g.Settings.Settings(ctx)
	return &oneSettings{etag(s.Revision), InstallationSettings{s.Reveal}}, err
}

func (g settings) change(ctx context.Context, who Caller, in *struct {
	Edit
	Body struct {
		Reveal *bool `json:"reveal,omitempty"`
	}
},
) (*oneSettings, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	s, err := g.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	s.Revision = version
	set(&s.Reveal, in.Body.Reveal)
	if err := g.Settings.SetSettings(ctx, s, g.audited(who, "settings.update", "", nil)); err != nil {
		return nil, err
	}
	return &oneSettings{etag(s.Revision + 1), InstallationSettings{s.Reveal}}, nil
}

// PlatformApp is the installation's app at a platform, without its secret.
type PlatformApp struct {
	ID            string `json:"id,omitempty" doc:"Absent = there is none"`
	Configuration string `json:"configuration,omitempty" doc:"Of a login for businesses, where that is used"`
	Secret        bool   `json:"secret" doc:"Whether its secret is known here"`
	Callback      string `json:"callback" doc:"The address to allow at the platform, letter for letter"`
}

type oneApp struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an edit"`
	Body PlatformApp
}

func (g settings) shownApp(a adtally.PlatformApp) *oneApp {
	return &oneApp{etag(a.Revision), PlatformApp{a.ID, a.Configuration, a.Credential != "", callbackAt(g.PublicURL, a.Connector)}}
}

func (g settings) app(ctx context.Context, _ Caller, in *struct{ ByConnector }) (*oneApp, error) {
	if _, err := g.spec(in.Connector); err != nil {
		return nil, err
	}
	a, err := g.Settings.PlatformApp(ctx, in.Connector)
	return g.shownApp(a), err
}

func (g settings) setApp(ctx context.Context, who Caller, in *struct {
	ByConnector
	Edit
	Body struct {
		ID            string `json:"id" pattern:"^[0-9]{1,30}$"`
		Secret        string `json:"secret,omitempty" maxLength:"200" doc:"Absent = the one that is known, where the id stays"`
		Configuration string `json:"configuration,omitempty" pattern:"^[0-9]{0,30}$"`
	}
},
) (*oneApp, error) {
	a, err := g.editedApp(ctx, in.Connector, in.Edit)
	if err != nil {
		return nil, err
	}
	secret := cleaned(in.Body.Secret)
	if secret.IsZero() {
		if a.Credential == "" || a.ID != in.Body.ID {
			return nil, invalid("body.secret", "The app's secret is needed")
		}
		if secret, err = g.Vault.Open(ctx, a.Credential, 0); err != nil {
			return nil, err
		}
	}
	if err := g.OAuth.VerifyApp(ctx, in.Connector, adtally.App{ID: in.Body.ID, Secret: secret}); err != nil {
		return nil, foreign(err)
	}
	err = g.Vault.Admit(ctx, adtally.Credential{ID: a.Credential, Connector: "app " + in.Connector, Name: in.Body.ID}, secret, adtally.Grant{AppID: in.Body.ID}, who.String(), func(ctx context.Context, kept adtally.Admission) error {
		a.ID, a.Configuration, a.Credential = in.Body.ID, in.Body.Configuration, kept.Credential.ID
		return g.Settings.SetPlatformApp(ctx, a, kept, g.audited(who, "app.set", object("app", a.ID), map[string]string{"connector": in.Connector}))
	})
	if err != nil {
		return nil, err
	}
	a.Revision++
	return g.shownApp(a), nil
}

// editedApp is the app as it is, where it is as it was seen.
func (g settings) editedApp(ctx context.Context, connector string, seen Edit) (a adtally.PlatformApp, err error) {
	if _, err := g.spec(connector); err != nil {
		return a, err
	}
	version, err := seen.Version()
	if err != nil {
		return a, err
	}
	a, err = g.Settings.PlatformApp(ctx, connector)
	if err == nil && a.Revision != version {
		err = refusal("stale_edit", "Somebody else has changed it meanwhile", "Read it again, and make the change once more.")
	}
	return a, err
}

func (g settings) removeApp(ctx context.Context, who Caller, in *struct {
	ByConnector
	Edit
},
) (*nothing, error) {
	a, err := g.editedApp(ctx, in.Connector, in.Edit)
	if err != nil {
		return nil, err
	}
	id := a.ID
	a.ID, a.Configuration, a.Credential = "", "", ""
	return nil, g.Settings.SetPlatformApp(ctx, a, adtally.Admission{}, g.audited(who, "app.remove", object("app", id), map[string]string{"connector": in.Connector}))
}

// FaultInfo is a way in which a token, a login or an app fails.
type FaultInfo struct {
	Code    string      `json:"code" doc:"The same as of a source's fault, a check or a problem" example:"token_expired"`
	Act     adtally.Act `json:"act" enum:"retry,wait,reconnect,configure,bug"`
	Message string      `json:"message"`
	Hint    string      `json:"hint" doc:"What to do about it"`
	Retry   string      `json:"retry" doc:"How often it is tried meanwhile"`
	Help    string      `json:"help" doc:"The anchor in the connector's document"`
}

// ownFaults are those of a login that the platform has no part in.
var ownFaults = []adtally.FaultInfo{
	{Code: "login_stale", Act: adtally.Reconnect, Message: "This login was not begun here", Hint: "Begin again from the source.", Help: "login_refused"},
	{Code: "login_foreign", Act: adtally.Reconnect, Message: "This login was begun by somebody else, or in another browser", Hint: "Begin again in this browser.", Help: "login_refused"},
	{Code: "login_used", Act: adtally.Reconnect, Message: "This login was finished before", Hint: "Begin again if the source is not connected.", Help: "login_refused"},
	{Code: "login_late", Act: adtally.Reconnect, Message: "The login took longer than ten minutes", Hint: "Begin again.", Help: "login_code_expired"},
	{Code: "link_gone", Act: adtally.Reconnect, Message: "This link does not work, or no longer", Hint: "Ask whoever sent it for a new one.", Help: "login_refused"},
}

func (g settings) faults(_ context.Context, _ Caller, in *struct{ ByConnector }) (*listed[FaultInfo], error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	out := &listed[FaultInfo]{}
	out.Body.Items = []FaultInfo{}
	for _, c := range slices.Concat(spec.Faults, ownFaults) {
		out.Body.Items = append(out.Body.Items, FaultInfo{c.Code, c.Act, c.Message + ".", c.Hint, c.Act.Interval(), c.Help})
	}
	return out, nil
}

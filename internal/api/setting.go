package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"adtally"
)

// settings serves the settings of the installation.
type settings struct{ sources }

const (
	tagSettings = "settings"
	appPath     = "/api/v1/catalog/{connector}/app"
)

func (g settings) register() {
	handle(g.shell, operation{ID: "get-settings", Method: http.MethodGet, Path: "/api/v1/settings", Tag: tagSettings, Access: forAdmins, Summary: "Get the settings of the installation"}, g.get)
	handle(g.shell, operation{ID: "update-settings", Method: http.MethodPatch, Path: "/api/v1/settings", Tag: tagSettings, Access: forAdmins, Summary: "Update the settings of the installation"}, g.change)
	handle(g.shell, operation{ID: "get-app", Method: http.MethodGet, Path: appPath, Tag: tagSettings, Access: forAdmins, Summary: "Get the installation's app at a platform"}, g.app)
	handle(g.shell, operation{ID: "set-app", Method: http.MethodPut, Path: appPath, Tag: tagSettings, Access: forAdmins, Summary: "Set the installation's app at a platform",
		Text: "The platform first checks that the ID and the secret belong together.", Refuses: []int{http.StatusServiceUnavailable}}, g.setApp)
	handle(g.shell, operation{ID: "delete-app", Method: http.MethodDelete, Path: appPath, Tag: tagSettings, Access: forAdmins, Summary: "Delete the installation's app at a platform",
		Text: "Existing tokens stay valid, but are not extended any more."}, g.removeApp)
	handle(g.shell, operation{ID: "list-faults", Method: http.MethodGet, Path: "/api/v1/catalog/{connector}/faults", Tag: tagSources, Access: forViewers,
		Summary: "List the faults of a token, a login or an app"}, g.faults)
}

// InstallationSettings are the settings of the installation.
type InstallationSettings struct {
	Reveal  bool   `json:"reveal" doc:"Whether tokens can be revealed by people with the permission credentials"`
	MCP     bool   `json:"mcp" doc:"Whether assistants can ask questions through the MCP server"`
	Address string `json:"mcp_address" doc:"Address of the MCP server, for the settings of an assistant" format:"uri-reference"`
}

func (g settings) shown(s adtally.InstallationSettings) *oneSettings {
	return &oneSettings{etag(s.Revision), InstallationSettings{s.Reveal, s.MCP, strings.TrimSuffix(g.PublicURL, "/") + MCPPath}}
}

// MCPPath is where the MCP server is.
const MCPPath = "/mcp"

type oneSettings struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body InstallationSettings
}

func (g settings) get(ctx context.Context, _ Caller, _ *struct{}) (*oneSettings, error) {
	s, err := g.Settings.Settings(ctx)
	return g.shown(s), err
}

func (g settings) change(ctx context.Context, who Caller, in *struct {
	Edit
	Body struct {
		Reveal *bool `json:"reveal,omitempty" doc:"Whether tokens can be revealed by people with the permission credentials"`
		MCP    *bool `json:"mcp,omitempty" doc:"Whether assistants can ask questions through the MCP server"`
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
	set(&s.MCP, in.Body.MCP)
	if err := g.Settings.SetSettings(ctx, s, g.audited(who, "settings.update", "", map[string]string{"reveal": fmt.Sprint(s.Reveal), "mcp": fmt.Sprint(s.MCP)})); err != nil {
		return nil, err
	}
	s.Revision++
	return g.shown(s), nil
}

// PlatformApp is the installation's app at a platform, without its secret.
type PlatformApp struct {
	ID            string `json:"id,omitempty" doc:"ID of the app; absent = none is set"`
	Configuration string `json:"configuration,omitempty" doc:"ID of the login configuration, for Facebook Login for Business"`
	Secret        bool   `json:"secret" doc:"Whether a secret is stored"`
	Callback      string `json:"callback" doc:"Redirect address to allow at the platform, exactly as written" format:"uri-reference"`
}

type oneApp struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
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
		ID            string `json:"id" pattern:"^[0-9]{1,30}$" doc:"ID of the app"`
		Secret        string `json:"secret,omitempty" maxLength:"200" doc:"App secret; absent = keep the stored one, if the ID stays the same"`
		Configuration string `json:"configuration,omitempty" pattern:"^[0-9]{0,30}$" doc:"ID of the login configuration, for Facebook Login for Business"`
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
			return nil, invalid("body.secret", "The app secret is missing")
		}
		if secret, err = g.Vault.Open(ctx, a.Credential, 0); err != nil {
			return nil, err
		}
	}
	if err := g.OAuth.VerifyApp(ctx, in.Connector, adtally.App{ID: in.Body.ID, Secret: secret}); err != nil {
		return nil, platformProblem(err)
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

// editedApp returns the app if the caller has seen its current version.
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
		err = refusal("stale_edit", "Somebody else changed it in the meantime", "Read it again and repeat the change.")
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

// FaultInfo describes a fault of a token, a login or an app.
type FaultInfo struct {
	Code    string      `json:"code" doc:"Code, as in a source's fault, a check or a problem" example:"token_expired"`
	Act     adtally.Act `json:"act" enum:"retry,wait,reconnect,configure,bug" doc:"Who must act"`
	Message string      `json:"message" doc:"What is wrong, in one sentence"`
	Hint    string      `json:"hint" doc:"How to fix it"`
	Retry   string      `json:"retry" doc:"How often Adtally tries again by itself"`
	Help    string      `json:"help" doc:"Anchor in the connector's documentation"`
}

// ownFaults are the faults of a login that do not come from the platform.
var ownFaults = []adtally.FaultInfo{
	{Code: "login_stale", Act: adtally.Reconnect, Message: "This login was started elsewhere, or is unknown", Hint: "Start again from the source.", Help: "login_refused"},
	{Code: "login_foreign", Act: adtally.Reconnect, Message: "This login was started by somebody else, or in another browser", Hint: "Start again in this browser.", Help: "login_refused"},
	{Code: "login_used", Act: adtally.Reconnect, Message: "This login was finished before", Hint: "Start again if the source is not connected.", Help: "login_refused"},
	{Code: "login_late", Act: adtally.Reconnect, Message: "The login took longer than ten minutes", Hint: "Start again.", Help: "login_code_expired"},
	{Code: "link_gone", Act: adtally.Reconnect, Message: "This link is invalid, used or expired", Hint: "Ask the sender for a new link.", Help: "login_refused"},
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

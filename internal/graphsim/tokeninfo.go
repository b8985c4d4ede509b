package graphsim

import (
	"fmt"
	"strings"
	"time"
)

// debugToken answers GET /debug_token: 200 for every readable token. The caller must be
// the app or have a token of the same app (docs/meta-api.md#tokens).
func (s *Server) debugToken(c *call) ([]byte, *refusal) {
	viewer, refused := s.viewingApp(c)
	if refused != nil {
		return nil, refused
	}
	input := c.params.Get("input_token")
	if input == "" {
		return nil, badRequest("The parameter input_token is required")
	}
	k, access, why, isKnown := s.keys.find(input)
	if !isKnown {
		return told(map[string]any{"app_id": viewer, "type": kindUser, "is_valid": false, "scopes": []any{},
			"error": map[string]any{"code": 190, "message": "Invalid OAuth access token."}}), nil
	}
	if k.app != viewer {
		return nil, badRequest("The App_id in the input_token did not match the Viewing App")
	}
	app, _ := s.App(k.app)
	scopes, granular := []any{}, []any{}
	for _, scope := range k.scopes {
		scopes, granular = append(scopes, scope), append(granular, map[string]any{"scope": scope})
	}
	data := map[string]any{"app_id": k.app, "type": k.kind, "application": app.Name, "user_id": k.userID, "is_valid": why == nil,
		"scopes": scopes, "granular_scopes": granular,
		"issued_at": k.issued.Unix(), "expires_at": unixOrZero(k.expires), "data_access_expires_at": unixOrZero(access)}
	if why != nil {
		data["error"] = map[string]any{"code": why.Code, "subcode": why.Subcode, "message": why.Message}
	}
	return told(data), nil
}

func told(data map[string]any) []byte { return appendValue(nil, map[string]any{"data": data}) }

// viewingApp returns the app that asks: by itself, or with a token that was issued for it.
func (s *Server) viewingApp(c *call) (string, *refusal) {
	if id, secret, isApp := strings.Cut(c.token, "|"); isApp {
		return id, s.isApp(id, secret)
	}
	k, refused := s.keys.open(c.token, c.proof)
	return k.app, refused
}

// isApp returns the error for a wrong app ID or secret (docs/meta-api.md#errors: codes 101 and 1).
func (s *Server) isApp(id, secret string) *refusal {
	app, isThere := s.App(id)
	switch {
	case !isThere:
		return &refusal{Code: 101, Message: "Error validating application. Cannot get application info due to a system error."}
	case app.Secret != secret:
		return &refusal{Code: 1, Message: "Error validating client secret."}
	}
	return nil
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func permissions(k key) []byte {
	list := []any{}
	for _, scope := range k.scopes {
		list = append(list, map[string]any{"permission": scope, "status": "granted"})
	}
	for _, scope := range k.declined {
		list = append(list, map[string]any{"permission": scope, "status": "declined"})
	}
	return fmt.Appendf(nil, `{"data":%s}`, appendValue(nil, list))
}

/**
 * Signing people in at their own server (`federation/accounts` implements this). A server speaks for
 * actors on its own origin alone, so everything that is asked of it is asked on that origin.
 */
export interface RemoteAccounts {
  /**
   * Registers this instance as an OAuth client of the server.
   * @throws AppError `sign_in_not_offered`, `remote_unreachable`
   */
  register(
    origin: string,
    client: { readonly name: string; readonly website: string; readonly redirectUri: string },
  ): Promise<AccountApp>;
  /**
   * Whose account it is: the user name on the server. The token that tells is given back at once.
   * @throws AppError `sign_in_refused`, `remote_unreachable`
   */
  identify(
    app: AccountApp,
    answer: { readonly code: string; readonly codeVerifier: string; readonly redirectUri: string },
  ): Promise<string>;
}

/** This instance as the client of one server; all endpoints are on `origin`. */
export interface AccountApp {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
}

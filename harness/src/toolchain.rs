//! stub
pub struct Toolbox;
impl Toolbox {
    pub fn open(_: &std::path::Path) -> Self { Toolbox }
    pub fn look<'a>(&self, _: impl Iterator<Item=&'a crate::catalog::Runtime>, _: &mut crate::run::Pool) {}
}
impl crate::compile::Tools for Toolbox {
    fn find(&self, _tool: &crate::catalog::Tool) -> Result<(std::path::PathBuf, String), String> { 
        match _tool.says.as_str() { "rustc " => Ok((crate::compile::on_path(std::path::Path::new("rustc")).unwrap(), "x".into())),
        _ => { let p = if _tool.accept.as_deref()==Some("1.21") {"/tmp/gow/go121/go/bin/go"} else {"/tmp/gow/go127/go/bin/go"}; Ok((p.into(), p.into())) } }
    }
}
